import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { type Handler, Reactor, serve } from '../../src/index.js'
import { llhttpEngine } from '../../src/llhttp.js'
import { printRecording, replay } from '../../src/testing.js'
import { RawClient } from '../sockets/raw-client.js'
import { get } from '../sockets/requests.js'
import { READ_PATHS, until } from '../sockets/started-server.js'
import { mixedHandler, mixedTraffic } from './mixed-traffic.js'
import { type MakeHandler, RecordedServer, recordingPath } from './recorded-server.js'

describe.each(READ_PATHS)('read path %s', (readPath) => {
  test.each(['hash', 'bytes'] as const)(
    'mixed traffic replays, write for write; outputs are kept as %s',
    async (outputs) => {
      const recorded = await RecordedServer.start(mixedHandler, { readPath }, { outputs })
      await mixedTraffic(recorded.server)
      const recording = await recorded.finish()
      const { requests, responses, writes, bytesWritten, connections, reads, bytesRead } =
        recorded.server.statistics()
      const report = await replay(recording, (reactor) => ({
        handler: mixedHandler(reactor),
        onError: () => undefined,
      }))
      expect(report).toMatchObject({ ending: 'closed', uncaughtErrors: [], requests, responses })
      expect(report).toMatchObject({
        reads,
        bytesRead,
        writes,
        bytesWritten,
        connections: connections.accepted,
      })
      expect(await recorded.ended).toMatchObject({ ending: 'closed', error: null, bytes: recording.length })
    },
  )
})

test('the llhttp engine replays, and is asked for where it was recorded', async () => {
  const parser = await llhttpEngine()
  const recorded = await RecordedServer.start(mixedHandler, { parser })
  await mixedTraffic(recorded.server)
  const recording = await recorded.finish()
  const onError = (): void => undefined
  await replay(recording, (reactor) => ({ handler: mixedHandler(reactor), parser, onError }))
  await expect(replay(recording, { handler: () => undefined })).rejects.toMatchObject({
    code: 'CAL_ERR_OPTION',
  })
})

test('time-outs, limits and settings are those of the recording', async () => {
  const handler: MakeHandler = () => (request, response) => response.send(request.path)
  const recorded = await RecordedServer.start(handler, {
    timeouts: { headMs: 20, idleMs: 30 },
    limits: { targetBytes: 10, connectionsPerAddress: 4 },
    flush: 'per-response',
    lingerMs: 5,
  })
  const clients = await Promise.all([1, 2, 3, 4].map(() => RawClient.connect(recorded.server)))
  await until(() => recorded.server.statistics().connections.accepted === 4)
  const refused = RawClient.connect(recorded.server).then((client) => client.closed) // one too many: it is reset
  await refused.catch(() => undefined)
  await until(() => recorded.server.statistics().connections.refused === 1)
  const [slow, idle, long] = clients
  slow!.send('GET / HTTP/1.1\r\nHo')
  idle!.send(get('/'))
  long!.send(get('/longer-than-that'))
  await Promise.all([slow!.reply(), idle!.rest(), long!.rest()])
  const recording = await recorded.finish(0)
  expect(recorded.server.statistics()).toMatchObject({ timeouts: 2, connections: { refused: 1 } })
  const report = await replay(recording, (reactor) => ({ handler: handler(reactor) }))
  expect(report).toMatchObject({ connections: 5, requests: recorded.server.statistics().requests })
})

test('a server that closes while replies are owed replays: those that come, and those that are aborted', async () => {
  const recorded = await RecordedServer.start(mixedHandler)
  const [late, never] = [await RawClient.connect(recorded.server), await RawClient.connect(recorded.server)]
  late.send(get('/late'))
  never.send(get('/never'))
  await until(() => recorded.server.statistics().requests === 2)
  const recording = await recorded.finish(100)
  const { responses } = recorded.server.statistics() // the late one, where the machine was not too slow for it
  const report = await replay(recording, (reactor) => ({ handler: mixedHandler(reactor) }))
  expect(report).toMatchObject({ ending: 'closed', requests: 2, responses })
  expect([...printRecording(recording)].join()).toContain('abort() #1')
})

test('a handler that closes its server does so in the replay at the recorded moment', async () => {
  const makeHandler =
    (close: () => void): MakeHandler =>
    () =>
    (request, response) => {
      response.send(request.path)
      if (request.path === '/close') close()
    }
  let isClosed = false
  const recorded = await RecordedServer.start(
    makeHandler(() => {
      isClosed = true
      void recorded.server.close()
    }),
  )
  const client = await RawClient.connect(recorded.server)
  await client.send(get('/') + get('/close')).rest()
  expect(isClosed).toBe(true)
  const recording = await recorded.finish()
  await replay(recording, { handler: makeHandler(() => undefined)(recorded.server.reactor) })
})

test('a connection that was taken over replays, with what its new owner writes', async () => {
  const makeHandler: MakeHandler = () => async (_request, response) => {
    const { transport, head } = await response.header('Upgrade', 'echo').upgrade()
    transport.attach({
      onBytes: (bytes, length) => transport.write(Buffer.from(bytes.subarray(0, length))),
      onDrain: () => undefined,
      onEnd: () => transport.end(),
      onClose: () => undefined,
    })
    transport.write(head)
  }
  const recorded = await RecordedServer.start(makeHandler)
  const client = await RawClient.connect(recorded.server)
  client.send(get('/', 'Connection: upgrade', 'Upgrade: echo') + 'first')
  expect((await client.anyReply()).status).toBe(101)
  expect(String(await client.bytes(5))).toBe('first')
  client.send('second').end()
  expect(String(await client.rest())).toBe('second')
  const recording = await recorded.finish()
  const report = await replay(recording, (reactor) => ({ handler: makeHandler(reactor) }))
  expect(report).toMatchObject({ connections: 1, requests: 1 })
  await expect(replay(recording, { handler: (_request, response) => response.send() })).rejects.toThrow(
    /replayed/,
  )
})

test('inputs of one tick replay without the microtasks between them, as they came', async () => {
  // The kernel takes the first pieces at once, and Node tells so before the handler goes on behind its await.
  const makeHandler: MakeHandler = () => async (_request, response) => {
    for (let i = 0; i < 7; i++) response.write(Buffer.alloc(10_000, i))
    await Promise.resolve()
    response.end('more')
  }
  const recorded = await RecordedServer.start(makeHandler, { writePath: 'stream' })
  await (await RawClient.connect(recorded.server)).send(get('/')).reply()
  const recording = await recorded.finish()
  expect([...printRecording(recording)].join()).toContain('in the same tick: drain #0')
  await replay(recording, (reactor) => ({ handler: makeHandler(reactor) }))
})

test('the same recording replays any number of times, and by the name of its file', async () => {
  const recorded = await RecordedServer.start(mixedHandler)
  await mixedTraffic(recorded.server)
  await recorded.finish()
  const setup = (reactor: Reactor): { handler: ReturnType<MakeHandler>; onError: () => void } => ({
    handler: mixedHandler(reactor),
    onError: () => undefined,
  })
  const reports = [await replay(recorded.file, setup), await replay(recorded.file, setup)]
  expect(reports[0]).toEqual(reports[1])
  await expect(replay(`${recorded.file}.not`, setup)).rejects.toMatchObject({ code: 'CAL_ERR_RECORDING' })
})

test('instruments see the reads of a recorded server, and those of a replay', async () => {
  const handler: Handler = (_request, response) => response.send()
  const reads: number[] = []
  const recorded = await RecordedServer.start(() => handler)
  recorded.server.reactor.instrument({ readStarted: (_now, _connection, bytes) => reads.push(bytes) })
  await (await RawClient.connect(recorded.server)).send(get('/')).reply()
  const recording = await recorded.finish()
  const replayed: number[] = []
  await replay(recording, (reactor) => {
    reactor.instrument({ readStarted: (_now, _connection, bytes) => replayed.push(bytes) })
    return { handler }
  })
  expect(reads).toEqual([get('/').length])
  expect(replayed).toEqual(reads)
})

test('without the option nothing is recorded, and nothing stands between server and sockets', async () => {
  const reactor = new Reactor()
  const server = await serve({ port: 0, reactor, handler: (_request, response) => response.send() })
  expect(reactor.journal).toBeNull()
  await server.close()
})

test('a server that can not listen leaves a recording that is closed', async () => {
  const recorded = await RecordedServer.start(mixedHandler)
  const file = await recordingPath()
  const { port } = recorded.server.address
  await expect(serve({ port, handler: () => undefined, record: { file } })).rejects.toMatchObject({
    code: 'CAL_ERR_ADDRESS_IN_USE',
  })
  expect(await replay(await readFile(file), { handler: () => undefined })).toMatchObject({
    ending: 'closed',
    connections: 0,
  })
})
