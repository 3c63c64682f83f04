import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runReplayCommand } from '../../src/testing/replay/command-line.js'
import { ChildProgram } from '../sockets/child-program.js'
import { recordingPath } from './recorded-server.js'

const VECTOR = fileURLToPath(new URL('vectors/v1.calrec', import.meta.url))
const WRONG_HANDLER = 'test/replay/programs/crashing-handler.mjs'

async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await runReplayCommand(
    args,
    { write: (text) => out.push(text) },
    { write: (text) => err.push(text) },
  )
  return { code, out: out.join(''), err: err.join('') }
}

test('--print lists the events', async () => {
  const { code, out } = await run(VECTOR, '--print')
  expect(code).toBe(0)
  expect(out).toMatch(/^Calandria .*\nsettings .*"flush":"end-of-read"/)
  expect(out).toMatch(/ms {2}bytes #0: 111 bytes "GET \/a HTTP/)
  expect(out).toMatch(/the recording ends: closed\n$/)
})

test('a handler that does something else: the difference, and exit code 1', async () => {
  const { code, err } = await run(VECTOR, '--handler', WRONG_HANDLER, '--compare', 'outputs')
  expect(code).toBe(1)
  expect(err).toMatch(/recorded: write #0: .*\n {2}replayed: write #0: /)
})

test('a file that is no recording, or a module without a handler: what is wrong, and exit code 1', async () => {
  const file = await recordingPath()
  await writeFile(file, 'no recording')
  expect(await run(file, '--print')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no recording') as string,
  })
  const empty = `${file}.mjs`
  await writeFile(empty, 'export const nothing = 1')
  const { code, err } = await run(VECTOR, '--handler', empty)
  expect(code).toBe(1)
  expect(err).toContain('exports neither handler nor options')
})

test.each([
  [[]],
  [[VECTOR]],
  [[VECTOR, VECTOR, '--print']],
  [[VECTOR, '--print', '--handler', WRONG_HANDLER]],
  [[VECTOR, '--handler', WRONG_HANDLER, '--compare', 'some']],
  [[VECTOR, '--printed']],
])('called with %j: how it is called, and exit code 2', async (args) => {
  const { code, err } = await run(...args)
  expect(code).toBe(2)
  expect(err).toMatch(/calandria-replay FILE --handler/)
})

test('--help: how it is called, and exit code 0', async () => {
  const { code, out } = await run('--help')
  expect([code, out]).toEqual([0, expect.stringMatching(/calandria-replay FILE --handler/)])
})

test.each([['--print'], ['--handler', WRONG_HANDLER]])(
  'a file that is not there, with %s: exit code 1',
  async (...rest) => {
    const { code, err } = await run(`${await recordingPath()}.not`, ...rest)
    expect(code).toBe(1)
    expect(err).toMatch(/^CalandriaError: this is no recording, or it is damaged: ENOENT/)
  },
)

const CLI = 'dist/testing/replay/cli.js'

test('a reader that has seen enough ends it in peace', async () => {
  const program = new ChildProgram(CLI, [VECTOR, '--print'])
  program.process.stdout!.destroy()
  expect(await program.ended).toEqual({ code: 0, signal: null })
  expect(program.errors).toBe('')
})

test('a handler whose module holds something open does not hold the command', async () => {
  const program = new ChildProgram(CLI, [VECTOR, '--handler', 'test/replay/programs/lasting-handler.mjs'])
  expect(await program.ended).toEqual({ code: 1, signal: null })
  expect(program.errors).toMatch(/recorded: write #0: .*\n {2}replayed: write #0: /)
})
