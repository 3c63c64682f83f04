import { readFile, stat } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import {
  createMemoryPair,
  type Handler,
  Reactor,
  type RecordOptions,
  serve,
  VirtualClock,
} from '../../src/index.js'
import { replay } from '../../src/testing.js'
import { RawClient } from '../sockets/raw-client.js'
import { get } from '../sockets/requests.js'
import { until } from '../sockets/started-server.js'
import { type MakeHandler, RecordedServer, recordingPath } from './recorded-server.js'

const PIECE = 'x'.repeat(3000)
const ok: MakeHandler = () => (_request, response) => response.send(PIECE)

describe('maxBytes', () => {
  test('ends the recording before the file is larger; the server goes on, and what there is replays', async () => {
    const recorded = await RecordedServer.start(ok, {}, { maxBytes: 10_000, outputs: 'bytes' })
    const client = await RawClient.connect(recorded.server)
    for (let i = 0; i < 10; i++) expect((await client.send(get('/')).reply()).status).toBe(200)
    const report = await recorded.ended
    expect(report).toMatchObject({
      ending: 'full',
      error: { code: 'CAL_ERR_RECORD_FULL' },
      file: recorded.file,
    })
    const recording = await recorded.finish()
    expect(recording.length).toBe(report.bytes)
    expect(recording.length).toBeLessThanOrEqual(10_000)
    expect(recording.length).toBeGreaterThan(6000)
    const replayed = await replay(recording, (reactor) => ({ handler: ok(reactor) }))
    expect(replayed).toMatchObject({ ending: 'full', connections: 1 })
    expect(replayed.writes).toBeGreaterThanOrEqual(2)
  })

  test('holds at every size, to the byte', async () => {
    const makeHandler: MakeHandler = (reactor) => (_request, response) => {
      for (let i = 0; i < 4000; i++) reactor.clock.now() // events of a byte or two
      response.send()
    }
    for (let maxBytes = 4096; maxBytes < 4096 + 20; maxBytes++) {
      const recorded = await RecordedServer.start(makeHandler, {}, { maxBytes })
      await (await RawClient.connect(recorded.server)).send(get('/')).reply()
      const recording = await recorded.finish()
      expect(recording.length).toBeGreaterThan(maxBytes - 10)
      expect(recording.length).toBeLessThanOrEqual(maxBytes)
      const setup = (reactor: Reactor): { handler: Handler } => ({ handler: makeHandler(reactor) })
      expect(await replay(recording, setup)).toMatchObject({ ending: 'full' })
    }
  })
})

test('a disk that can not keep up ends the recording with CAL_ERR_RECORD_OVERFLOW; what is written replays', async () => {
  const body = 'y'.repeat(200_000)
  const makeHandler: MakeHandler = () => (_request, response) => response.send(body)
  const recorded = await RecordedServer.start(makeHandler, {}, { outputs: 'bytes', maxBufferedBytes: 4096 })
  const client = await RawClient.connect(recorded.server)
  // The reply of 200,000 bytes is with the disk when, in the same stack, the next event comes.
  await client.send(get('/') + get('/') + get('/')).replies(3)
  expect(await recorded.ended).toMatchObject({
    ending: 'overflow',
    error: { code: 'CAL_ERR_RECORD_OVERFLOW' },
  })
  const recording = await recorded.finish()
  expect(await replay(recording, (reactor) => ({ handler: makeHandler(reactor) }))).toMatchObject({
    ending: 'overflow',
  })
})

test('a transport in memory ends it with CAL_ERR_RECORD_NESTED, and is served all the same', async () => {
  const recorded = await RecordedServer.start(ok)
  const [near, far] = createMemoryPair(recorded.server.reactor)
  recorded.server.accept(near)
  let received = ''
  far.attach({
    onBytes: (bytes, length) => (received += bytes.toString('latin1', 0, length)),
    onDrain: () => undefined,
    onEnd: () => undefined,
    onClose: () => undefined,
  })
  far.write(get('/'))
  await until(() => received.endsWith(PIECE))
  expect(await recorded.ended).toMatchObject({ ending: 'nested', error: { code: 'CAL_ERR_RECORD_NESTED' } })
  far.close()
})

describe('the file', () => {
  test('that exists already is left alone: CAL_ERR_RECORD_FILE', async () => {
    const recorded = await RecordedServer.start(ok)
    const { file } = recorded
    const options = { port: 0, handler: () => undefined, record: { file, onEnd: () => undefined } }
    await expect(serve(options)).rejects.toMatchObject({
      code: 'CAL_ERR_RECORD_FILE',
      cause: { code: 'EEXIST' },
    })
    expect(await replay(await recorded.finish(), { handler: () => undefined })).toMatchObject({
      ending: 'closed',
    })
  })

  test('whose folder is not there: CAL_ERR_RECORD_FILE, also by onEnd', async () => {
    const file = `${await recordingPath()}/not/there`
    let onEnd: RecordOptions['onEnd']
    const ended = new Promise((resolve) => (onEnd = resolve))
    const started = serve({ port: 0, handler: () => undefined, record: { file, onEnd: onEnd! } })
    await expect(started).rejects.toMatchObject({ code: 'CAL_ERR_RECORD_FILE' })
    expect(await ended).toMatchObject({ ending: 'failed', error: { code: 'CAL_ERR_RECORD_FILE' } })
  })

  test('is readable for its owner only', async () => {
    const recorded = await RecordedServer.start(ok)
    expect((await stat(recorded.file)).mode & 0o777).toBe(0o600)
  })

  test('holds what has happened soon after it has, without an end of the server', async () => {
    const recorded = await RecordedServer.start(ok)
    const client = await RawClient.connect(recorded.server)
    await client.send(get('/here')).reply()
    while (!(await readFile(recorded.file)).includes('/here')); // a bound would be a time
    expect(recorded.server.statistics().connections.open).toBe(1) // nothing has ended
  })
})

test.each<[string, unknown]>([
  ['no object', 'file.calrec'],
  ['no file', {}],
  ['an empty file', { file: '' }],
  ['too few bytes', { file: 'x', maxBytes: 10 }],
  ['too small a buffer', { file: 'x', maxBufferedBytes: 1.5 }],
  ['outputs that nobody knows', { file: 'x', outputs: 'some' }],
  ['an onEnd that is no function', { file: 'x', onEnd: 1 }],
  ['an option that nobody knows', { file: 'x', fiel: 'y' }],
])('record: %s is refused with CAL_ERR_OPTION', async (_what, record) => {
  await expect(
    serve({ port: 0, handler: () => undefined, record: record as RecordOptions }),
  ).rejects.toMatchObject({ code: 'CAL_ERR_OPTION' })
})

test('a reactor that was used, is recorded already or turns by hand is refused with CAL_ERR_OPTION', async () => {
  const used = new Reactor()
  used.delay(1000, () => undefined).cancel()
  used.post(() => undefined)
  const byHand = new Reactor({ clock: new VirtualClock(), driver: null })
  const { server } = await RecordedServer.start(ok)
  for (const reactor of [used, byHand, server.reactor]) {
    const options = { port: 0, reactor, handler: () => undefined, record: { file: await recordingPath() } }
    await expect(serve(options)).rejects.toMatchObject({ code: 'CAL_ERR_OPTION' })
  }
})
