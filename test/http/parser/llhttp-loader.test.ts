import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Errno } from '../../../src/http/parser/llhttp/errno.js'
import { MessageType } from '../../../src/http/parser/llhttp/llhttp-exports.js'
import { instantiate, loadLlhttp } from '../../../src/http/parser/llhttp/llhttp-loader.js'

const require = createRequire(import.meta.url)
const constants = require('undici/lib/llhttp/constants.js') as Record<
  'ERROR' | 'TYPE',
  Record<string, number>
>

/** `\0asm`, version 1, and the sections given. */
const wasm = (...sections: number[]): Uint8Array =>
  Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections)
/** Exports a memory by the name `memory`. */
const MEMORY = [5, 3, 1, 0, 1, 7, 10, 1, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 0]

describe('loading llhttp', () => {
  it('names what a module lacks', async () => {
    await expect(instantiate(wasm())).rejects.toMatchObject({ code: 'CAL_ERR_PARSER_ENGINE' })
    await expect(instantiate(wasm())).rejects.toThrow(/llhttp lacks memory/)
    await expect(instantiate(wasm(...MEMORY))).rejects.toThrow(
      /llhttp lacks _initialize, malloc, llhttp_alloc, .*llhttp_execute/,
    )
  })

  it('takes the build without SIMD where the other one does not compile', async () => {
    const asked: string[] = []
    const llhttp = await loadLlhttp((name) => {
      asked.push(name)
      const bytes = name.includes('simd') ? wasm(99, 1, 0) : (require(name) as Uint8Array)
      return Promise.resolve({ default: bytes })
    })
    expect(asked).toEqual(['undici/lib/llhttp/llhttp_simd-wasm.js', 'undici/lib/llhttp/llhttp-wasm.js'])
    expect(llhttp.take(MessageType.Request)).toBeGreaterThan(0)
  })

  it('says so when neither build compiles, with the cause', async () => {
    const broken = (): Promise<unknown> => Promise.resolve({ default: Uint8Array.of(1, 2, 3) })
    const error: unknown = await loadLlhttp(broken).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'CAL_ERR_PARSER_ENGINE', cause: { name: 'CompileError' } })
  })

  it('says so when undici ships something else under that name', async () => {
    const other = (): Promise<unknown> => Promise.resolve({ default: 'base64' })
    await expect(loadLlhttp(other)).rejects.toThrow(/is not what it was in undici 7\.30/)
  })

  it('says so when undici is not installed', async () => {
    const dist = fileURLToPath(new URL('../../../dist', import.meta.url))
    const folder = await mkdtemp(join(tmpdir(), 'calandria-'))
    try {
      await cp(dist, join(folder, 'dist'), { recursive: true })
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
      const program = `import('${join(folder, 'dist', 'llhttp.js')}').then((face) => face.llhttpEngine()).catch((error) => console.log(error.code, error.message, error.cause.code))`
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', program])
      expect(stdout).toMatch(/^CAL_ERR_PARSER_ENGINE .*npm install undici@7\.30 ERR_MODULE_NOT_FOUND\n$/)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('has the numbers that undici’s constants have', () => {
    const { ERROR, TYPE } = constants
    expect({ ...ERROR, ...TYPE }).toMatchObject({
      OK: Errno.Ok,
      UNEXPECTED_CONTENT_LENGTH: Errno.UnexpectedContentLength,
      CLOSED_CONNECTION: Errno.ClosedConnection,
      INVALID_METHOD: Errno.InvalidMethod,
      INVALID_URL: Errno.InvalidUrl,
      INVALID_CONSTANT: Errno.InvalidConstant,
      INVALID_VERSION: Errno.InvalidVersion,
      INVALID_HEADER_TOKEN: Errno.InvalidHeaderToken,
      INVALID_CONTENT_LENGTH: Errno.InvalidContentLength,
      INVALID_TRANSFER_ENCODING: Errno.InvalidTransferEncoding,
      PAUSED: Errno.Paused,
      PAUSED_UPGRADE: Errno.PausedUpgrade,
      USER: Errno.User,
      REQUEST: MessageType.Request,
      RESPONSE: MessageType.Response,
    })
  })
})
