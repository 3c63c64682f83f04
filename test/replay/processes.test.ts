import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type Reactor } from '../../src/index.js'
import { replay, type ReplayOptions } from '../../src/testing.js'
import { ChildProgram, startProgram } from '../sockets/child-program.js'
import { RawClient } from '../sockets/raw-client.js'
import { get, post } from '../sockets/requests.js'
import { recordingPath } from './recorded-server.js'

const CLI = 'dist/testing/replay/cli.js'
const PROGRAMS = 'test/replay/programs'

/** The options of the program, for a replay. */
async function setup(): Promise<(reactor: Reactor) => ReplayOptions> {
  const module = new URL('programs/crashing-handler.mjs', import.meta.url).href
  const { options } = (await import(module)) as { options: (reactor: Reactor) => ReplayOptions }
  return options
}

test('a process that crashes leaves a recording that crashes again in the replay', async () => {
  const file = await recordingPath()
  const { program, address } = await startProgram(`${PROGRAMS}/recorded-server.mjs`, [file])
  const client = await RawClient.connect(address.port)
  client.send(get('/before') + get('/crash', 'X-Who: somebody'))
  expect((await client.replies(2)).map(({ status }) => status)).toEqual([200, 200])
  expect((await program.ended).code).not.toBe(0)
  const report = await replay(file, await setup())
  expect(report).toMatchObject({ ending: 'cut', requests: 2, responses: 2 })
  expect(report.uncaughtErrors).toMatchObject([{ message: 'the mistake, for somebody' }])
})

test('a process that is killed leaves what it had written', async () => {
  const file = await recordingPath()
  const { program, address } = await startProgram(`${PROGRAMS}/recorded-server.mjs`, [file])
  const client = await RawClient.connect(address.port)
  await client.send(get('/one')).reply()
  while (!(await readFile(file)).includes('/one'));
  await program.kill()
  expect(await replay(file, await setup())).toMatchObject({ ending: 'cut', connections: 1, requests: 1 })
})

test('the demo is recorded under load, and the command replays it', async () => {
  const file = await recordingPath()
  const { program, address } = await startProgram('build/examples/demo.js', ['--port', '0', '--record', file])
  const batch =
    get('/') + get('/delay/3') + get('/headers') + get('/stream/8') + get('/bytes/200000') + get('/throw')
  const clients = Array.from({ length: 20 }, async () => {
    const client = await RawClient.connect(address.port)
    for (let i = 0; i < 10; i++) {
      await client.send(batch).replies(6)
      await client.send(post('/echo', 'a body '.repeat(i * 1000))).reply()
    }
    client.end()
    await client.rest()
  })
  await Promise.all(clients)
  program.process.kill('SIGTERM')
  await program.ended
  const command = new ChildProgram(CLI, [file, '--handler', 'build/examples/demo-replay.js'])
  expect(await command.ended).toMatchObject({ code: 0 })
  expect(command.output).toMatch(/^the same, write for write \(recorded by Calandria/)
  expect(command.output).toMatch(/"ending":"closed","connections":20,"requests":1400,"responses":1400/)
})
