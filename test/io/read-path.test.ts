import { describe, expect, it } from 'vitest'
import { chooseReadPath, READ_PATH_VARIABLE } from '../../src/io/read-path.js'

const inEnvironment = (value: string): NodeJS.ProcessEnv => ({ [READ_PATH_VARIABLE]: value })

describe('chooseReadPath()', () => {
  it('chooses by itself when nobody says anything', () => {
    expect(chooseReadPath(undefined, {})).toBe('auto')
    expect(chooseReadPath(undefined, inEnvironment(''))).toBe('auto')
  })

  it('takes the environment when there is no option', () => {
    expect(chooseReadPath(undefined, { CALANDRIA_READ_PATH: 'data' })).toBe('data')
  })

  it('takes the option before the environment, even before a bad one', () => {
    expect(chooseReadPath('onread', inEnvironment('data'))).toBe('onread')
    expect(chooseReadPath('auto', inEnvironment('data'))).toBe('auto')
    expect(chooseReadPath('data', inEnvironment('nonsense'))).toBe('data')
  })

  it.each(['fast', '', 'Data', 1, true, ['data'], {}])('refuses the option %j by its name', (option) => {
    expect(() => chooseReadPath(option, {})).toThrow(
      expect.objectContaining({
        code: 'CAL_ERR_OPTION',
        message: expect.stringContaining('readPath') as unknown,
      }),
    )
  })

  it('refuses a bad value in the environment by the name of the variable', () => {
    expect(() => chooseReadPath(undefined, inEnvironment('fast'))).toThrow(
      expect.objectContaining({
        code: 'CAL_ERR_OPTION',
        message: expect.stringContaining('CALANDRIA_READ_PATH must be one of auto, onread, data') as unknown,
      }),
    )
  })
})
