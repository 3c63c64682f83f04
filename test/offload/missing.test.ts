import { expect, it, vi } from 'vitest'
import { offload } from '../../src/index.js'

vi.mock('tinypool', () => {
  throw new Error('there is no such package')
})

it('says what to install when tinypool is not there', async () => {
  await expect(offload(new URL('programs/work.mjs', import.meta.url), 1)).rejects.toMatchObject({
    code: 'CAL_ERR_OFFLOAD_MISSING',
    message: expect.stringContaining('npm install tinypool') as string,
  })
})
