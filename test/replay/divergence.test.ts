import { describe, expect, test } from 'vitest'
import { type Handler, type Reactor } from '../../src/index.js'
import { type Comparison, replay, ReplayDivergence } from '../../src/testing.js'
import { RawClient } from '../sockets/raw-client.js'
import { get, post } from '../sockets/requests.js'
import { type MakeHandler, recordingBytes, rejection } from './recorded-server.js'

const original: MakeHandler = (reactor) => async (request, response) => {
  if (request.path === '/late') await reactor.sleep(3)
  if (request.path === '/pieces') {
    response.write('one')
    await reactor.sleep(1)
    response.write('two')
    response.end()
    return
  }
  if (request.path === '/echo') response.send(await request.body.text())
  else response.header('X-From', 'original').send(`hello from ${request.path}`)
}

/** What the handler does otherwise than in the recording; each in one place. */
const mutations: Record<string, (reactor: Reactor, original: Handler) => Handler> = {
  'one byte of a body': (_reactor, handler) => (request, response) =>
    request.path === '/b'
      ? response.header('X-From', 'original').send('hello from /c')
      : handler(request, response),
  'a status': (_reactor, handler) => (request, response) => {
    if (request.path === '/b') response.status(201)
    return handler(request, response)
  },
  'a header': (_reactor, handler) => (request, response) => {
    if (request.path === '/late') response.header('X-New', '1')
    return handler(request, response)
  },
  'a longer delay': (reactor, handler) => async (request, response) => {
    if (request.path === '/late') await reactor.sleep(50)
    return handler(request, response)
  },
  'no delay': (_reactor, handler) => (request, response) =>
    request.path === '/late'
      ? response.header('X-From', 'original').send('hello from /late')
      : handler(request, response),
  'no answer': (_reactor, handler) => (request, response) =>
    request.path === '/late' ? undefined : handler(request, response),
  'an exception': (_reactor, handler) => (request, response) => {
    if (request.path === '/echo') throw new Error('on purpose')
    return handler(request, response)
  },
  'two pieces as one': (reactor, handler) => async (request, response) => {
    if (request.path !== '/pieces') return handler(request, response)
    await reactor.sleep(1)
    response.write('onetwo')
    response.end()
  },
  'a connection that closes': (_reactor, handler) => (request, response) => {
    if (request.path === '/b') response.header('Connection', 'close')
    return handler(request, response)
  },
}

async function record(outputs: 'hash' | 'bytes'): Promise<Buffer> {
  return recordingBytes(original, { outputs }, async (server) => {
    const client = await RawClient.connect(server)
    await client.send(get('/a') + get('/b')).replies(2)
    await client.send(get('/late') + get('/pieces')).replies(2)
    await client.send(post('/echo', 'body')).reply()
  })
}

describe.each(['hash', 'bytes'] as const)('outputs kept as %s', (outputs) => {
  test('the original replays, whatever is compared', async () => {
    const recording = await record(outputs)
    for (const compare of ['all', 'outputs'] as const)
      expect(
        await replay(recording, (reactor) => ({ handler: original(reactor) }), { compare }),
      ).toMatchObject({
        requests: 5,
        responses: 5,
      })
  })

  describe.each<Comparison>(['all', 'outputs'])('comparing %s', (compare) => {
    test.each(Object.keys(mutations))('%s is found', async (what) => {
      const recording = await record(outputs)
      const setup = (reactor: Reactor): { handler: Handler; onError: () => void } => ({
        handler: mutations[what]!(reactor, original(reactor)),
        onError: () => undefined,
      })
      const error = await rejection(replay(recording, setup, { compare }))
      expect(error).toBeInstanceOf(ReplayDivergence)
      expect(error).toMatchObject({ code: 'CAL_ERR_REPLAY_DIVERGED' })
    })
  })
})

test('a divergence tells where it is, and shows both', async () => {
  const recording = await record('bytes')
  const handler: MakeHandler = (reactor) => mutations['one byte of a body']!(reactor, original(reactor))
  const error = await rejection(replay(recording, (reactor) => ({ handler: handler(reactor) })))
  if (!(error instanceof ReplayDivergence)) throw error
  expect(error).toMatchObject({ connection: 0, status: null })
  expect(error.event).toBeGreaterThan(0)
  expect(error.timeMs).toBeGreaterThan(0)
  expect(recording[error.offset]).toBe(0xb1) // the write, where it stands in the file
  expect(error.expected).toMatch(/^write #0: \d+ bytes "HTTP/)
  expect(error.actual).toMatch(/first that differs: .*hello from \/c.* instead of .*hello from \/b/s)
})

test('a handler that answers when something happens outside is found, and pointed to external()', async () => {
  const outside: MakeHandler = () => async (_request, response) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    response.send('from outside')
  }
  const recording = await recordingBytes(outside, {}, async (server) => {
    await (await RawClient.connect(server)).send(get('/')).reply()
  })
  const error = await rejection(replay(recording, (reactor) => ({ handler: outside(reactor) })))
  expect(error).toMatchObject({ code: 'CAL_ERR_REPLAY_DIVERGED' })
  expect(error.message).toContain('external()')
})

test.each<[string, unknown]>([
  ['no options', undefined],
  ['a reactor of one’s own', { handler: () => undefined, reactor: {} }],
  ['an option that nobody knows', { handler: () => undefined, handle: 1 }],
  ['no handler', {}],
])('%s is refused with CAL_ERR_OPTION', async (_what, options) => {
  const recording = await record('hash')
  await expect(replay(recording, options as Parameters<typeof replay>[1])).rejects.toMatchObject({
    code: 'CAL_ERR_OPTION',
  })
})
