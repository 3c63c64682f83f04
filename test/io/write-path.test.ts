import { describe, expect, it } from 'vitest'
import { chooseWritePath, WRITE_PATH_VARIABLE } from '../../src/io/write-path.js'

const inEnvironment = (value: string): NodeJS.ProcessEnv => ({ [WRITE_PATH_VARIABLE]: value })

describe('chooseWritePath()', () => {
  it('takes the option, else the environment, else chooses by itself', () => {
    expect(chooseWritePath('stream', inEnvironment('direct'))).toBe('stream')
    expect(chooseWritePath(undefined, inEnvironment('direct'))).toBe('direct')
    expect(chooseWritePath(undefined, inEnvironment(''))).toBe('auto')
    expect(chooseWritePath(undefined, {})).toBe('auto')
  })

  it.each(['fast', '', 'Direct', 'onread', 1, true, {}])('refuses the option %j by its name', (option) => {
    expect(() => chooseWritePath(option, {})).toThrow(
      expect.objectContaining({
        code: 'CAL_ERR_OPTION',
        message: expect.stringContaining('writePath') as unknown,
      }),
    )
  })

  it('refuses a bad value in the environment by the name of the variable', () => {
    expect(() => chooseWritePath(undefined, inEnvironment('fast'))).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(
          'CALANDRIA_WRITE_PATH must be one of auto, direct, stream',
        ) as unknown,
      }),
    )
  })
})
