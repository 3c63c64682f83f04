import { channel, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished } from 'vitest'
import { publishDiagnostics } from '../../src/http/diagnostics.js'
import { DIAGNOSTICS_HOOKS } from '../../src/http/diagnostics-hooks.js'
import type { DiagnosticsChannelName, DiagnosticsMessages } from '../../src/http/diagnostics-messages.js'
import { ALL_HOOKS } from './hook-log.js'
import { get, VirtualServer } from './memory-client.js'

/** Everything that comes on a channel from now on, until the test is over or the listener is taken out. */
function listen<Name extends DiagnosticsChannelName>(
  name: Name,
): { messages: DiagnosticsMessages[Name][]; stop: () => void } {
  const messages: DiagnosticsMessages[Name][] = []
  const listener = (message: unknown): void => void messages.push(message as DiagnosticsMessages[Name])
  subscribe(name, listener)
  const stop = (): void => void unsubscribe(name, listener)
  onTestFinished(stop)
  return { messages, stop }
}

function makeServer(): VirtualServer {
  return new VirtualServer((_request, response) => response.send('hello'))
}

async function ask(virtual: VirtualServer): Promise<void> {
  virtual.connect().send(get('/hello', 'Traceparent: 00-abc'))
  await virtual.settle()
}

describe('node:diagnostics_channel', () => {
  it('has what happens in a server for who subscribed before there was one', async () => {
    const { messages } = listen('calandria:response')
    const virtual = makeServer()
    await ask(virtual)
    expect(messages).toEqual([
      { reactor: virtual.reactor, now: 0, connection: 1, request: expect.anything() as unknown, status: 200 },
    ])
  })

  it('has it for who subscribes while it runs, and for every server', async () => {
    const servers = [makeServer(), makeServer()]
    for (const server of servers) await ask(server)
    const { messages } = listen('calandria:response')
    for (const server of servers) await ask(server)
    expect(messages.map(({ reactor }) => reactor)).toEqual(servers.map(({ reactor }) => reactor))
  })

  it('hands over the request itself, before its handler runs and when that has returned', async () => {
    const { messages } = listen('calandria:dispatch')
    await ask(makeServer())
    expect(messages.map(({ phase }) => phase)).toEqual(['start', 'end'])
    expect(messages[0]!.request.headers.get('traceparent')).toBe('00-abc')
    expect(messages[1]!.request).toBe(messages[0]!.request)
  })

  it('costs a reactor nothing before the first subscriber comes and after the last one has gone', () => {
    const { reactor } = makeServer()
    expect(reactor.instruments).toBeNull()
    const [first, second] = [listen('calandria:turn'), listen('calandria:turn')]
    first.stop()
    expect(reactor.instruments).not.toBeNull()
    second.stop()
    expect(reactor.instruments).toBeNull()
    expect(makeServer().reactor.instruments).toBeNull()
  })

  it('publishes only what somebody has subscribed to', async () => {
    const { stop } = listen('calandria:drain')
    const virtual = makeServer()
    const published: string[] = []
    for (const name of Object.keys(DIAGNOSTICS_HOOKS)) {
      const target = channel(name)
      const publish = target.publish.bind(target)
      Object.defineProperty(target, 'publish', {
        configurable: true,
        value: (message: unknown) => {
          published.push(name)
          publish(message)
        },
      })
      onTestFinished(() => void Reflect.deleteProperty(target, 'publish'))
    }
    virtual.connect({ highWaterMark: 1 }).send(get('/'))
    await virtual.settle()
    stop()
    expect(new Set(published)).toEqual(new Set(['calandria:drain']))
  })

  it('serves subscribers by any of the ways that Node has', async () => {
    const seen: unknown[] = []
    const listener = (message: unknown): void => void seen.push(message)
    const both = tracingChannel({
      start: channel('calandria:read'),
      end: channel('calandria:parse-batch'),
      asyncStart: channel('x'),
      asyncEnd: channel('y'),
      error: channel('z'),
    } as never)
    subscribe('calandria:flush', listener)
    both.subscribe({ start: listener, end: listener } as never)
    const virtual = makeServer()
    await ask(virtual)
    unsubscribe('calandria:flush', listener)
    both.unsubscribe({ start: listener, end: listener } as never)
    expect(seen).toHaveLength(8) // two each, and two for the client's read
    await ask(virtual)
    expect(seen).toHaveLength(8)
    expect(virtual.reactor.instruments).toBeNull()
  })

  it('has a hook for every channel, and a channel for every hook', () => {
    const { reactor } = makeServer()
    const hooks = Object.values(DIAGNOSTICS_HOOKS).flatMap((make) =>
      Object.keys(make(reactor, () => undefined)),
    )
    expect(hooks.sort()).toEqual([...ALL_HOOKS, 'stalled'].sort())
  })

  it('gets every value that the hooks have', async () => {
    const names = Object.keys(DIAGNOSTICS_HOOKS) as DiagnosticsChannelName[]
    const all = names.map((name) => ({ name, ...listen(name) }))
    const virtual = new VirtualServer((_request, response) => {
      virtual.reactor.delay(1, function answer() {
        response.send('x'.repeat(100))
      })
    })
    const client = virtual.connect({ highWaterMark: 10, remoteAddress: '192.0.2.7' })
    client.send(get('/') + 'nonsense\r\n\r\n')
    await virtual.pass(1)
    client.transport.end()
    await virtual.settle()
    virtual.reactor.instruments?.emit('stalled', { stall: 1 } as never)
    const request = expect.objectContaining({ method: 'GET', path: '/' }) as unknown
    const expected: Record<DiagnosticsChannelName, object[]> = {
      'calandria:turn': [
        { phase: 'start', tasksReady: 2 }, // both ends of the pair have something to do
        { phase: 'end', tasksRun: 2, flushed: 0 },
        { phase: 'end', tasksRun: 1, flushed: 1 },
      ],
      'calandria:timers': [{ timers: 1 }],
      'calandria:task': [{ phase: 'start', name: 'Timer answer', group: 'default' }, { phase: 'end' }],
      'calandria:connection': [
        { connection: 1, phase: 'start', remoteAddress: '192.0.2.7' },
        { connection: 1, phase: 'end' },
      ],
      'calandria:read': [
        { connection: 1, phase: 'start', bytes: get('/').length + 12 },
        { connection: 1, phase: 'end' },
      ],
      'calandria:parse-batch': [
        { phase: 'start', bytes: get('/').length + 12 },
        { phase: 'end', requests: 1, bytes: get('/').length + 12 },
      ],
      'calandria:dispatch': [
        { phase: 'start', request },
        { phase: 'end', request },
      ],
      'calandria:response': [{ request, status: 200 }],
      'calandria:refusal': [{ code: 'CAL_ERR_HTTP_METHOD' }],
      'calandria:flush': [
        { phase: 'start', bytes: client.text.length, replies: 2 },
        { phase: 'end', bytesQueued: client.text.length },
      ],
      'calandria:drain': [{ connection: 1 }],
      'calandria:stall': [{ report: { stall: 1 } }],
    }
    for (const { name, messages } of all)
      for (const message of expected[name])
        expect(messages, name).toContainEqual(
          expect.objectContaining({ reactor: virtual.reactor, ...message }),
        )
  })

  it('is given a bare reactor once, however often it is asked for', () => {
    const { reactor } = makeServer() // a server has asked already
    publishDiagnostics(reactor)
    const { messages } = listen('calandria:turn')
    reactor.turn()
    expect(messages.map(({ phase }) => phase)).toEqual(['start', 'end'])
  })
})
