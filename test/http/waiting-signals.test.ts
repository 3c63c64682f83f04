import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { RequestBody } from '../../src/http/request-body.js'
import type { Waiting } from '../../src/reactor/unless-aborted.js'
import { chunked, get, post, VirtualServer } from './memory-client.js'

const atDeadline: unknown = expect.objectContaining({ code: 'CAL_ERR_DEADLINE' })

const drainAway = (): Writable => new PassThrough().resume()

async function gathered(pieces: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece.toString()
  return text
}

/** A signal that is never aborted, and how many listen to it. */
function listenedTo(): { signal: AbortSignal; count: () => number } {
  const { signal } = new AbortController()
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  return { signal, count: () => listeners }
}

/** Every way to read a body. */
const WAYS: readonly [string, (body: RequestBody, waiting: Waiting) => Promise<unknown>][] = [
  ['bytes()', (body, waiting) => body.bytes(waiting)],
  ['text()', (body, waiting) => body.text(waiting)],
  ['json()', (body, waiting) => body.json(waiting)],
  ['pipe()', (body, waiting) => body.pipe(drainAway(), waiting)],
  ['pieces()', (body, waiting) => gathered(body.pieces(waiting))],
]

describe.each(WAYS)('request.body.%s with a signal', (_name, read) => {
  it('rejects at a deadline though the client sends no more, and the connection goes on behind the rest', async () => {
    const log: unknown[] = []
    const virtual = new VirtualServer(async ({ body, scope, path }, response) => {
      if (path === '/slow')
        await scope
          .within(100, (inner) => read(body, inner))
          .catch((error: unknown) => log.push(error, virtual.clock.now()))
      response.send(path)
    })
    const client = virtual.connect().send(chunked('/slow', '2\r\n[1\r\n'))
    await virtual.pass(99)
    expect(log).toEqual([])
    await virtual.pass(1)
    expect(log).toEqual([atDeadline, 100])
    client.send('2\r\n,2\r\n0\r\n\r\n' + get('/next'))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /slow', '200 /next'])
    expect(virtual.errors).toEqual([])
  })

  it('gives what has come in time', async () => {
    const virtual = new VirtualServer(async ({ body, scope }, response) => {
      const timersBefore = virtual.reactor.statistics().timersPending
      await scope.within(100, (inner) => read(body, inner))
      response.json({ timersLeft: virtual.reactor.statistics().timersPending - timersBefore })
    })
    const client = virtual.connect().send(post('/', '[1]'))
    await virtual.pass(200)
    expect(client.answers()).toEqual(['200 {"timersLeft":0}'])
  })

  it('rejects at once when it is aborted already, and leaves the body to who comes next', async () => {
    const reason = new Error('before')
    const virtual = new VirtualServer(async ({ body }, response) => {
      const refused: unknown = await read(body, { signal: AbortSignal.abort(reason) }).catch(
        (error: unknown) => error,
      )
      response.send(`${String(refused)}, then ${await body.text()}`)
    })
    const client = virtual.connect().send(post('/', 'body'))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 Error: before, then body'])
  })
})

describe('a body that is read with a signal', () => {
  it('is not read on by a loop whose signal is aborted between two pieces', async () => {
    const seen: string[] = []
    const stop = new AbortController()
    const virtual = new VirtualServer(async ({ body }, response) => {
      try {
        for await (const piece of body.pieces(stop)) {
          seen.push(piece.toString())
          stop.abort(new Error('enough'))
          await virtual.reactor.sleep(10) // the next piece comes meanwhile
        }
      } catch (error) {
        response.send(String(error))
      }
    })
    const client = virtual.connect().send(chunked('/', '3\r\none\r\n'))
    await virtual.settle()
    client.send('3\r\ntwo\r\n0\r\n\r\n')
    await virtual.pass(10)
    expect(seen).toEqual(['one'])
    expect(client.answers()).toEqual(['200 Error: enough'])
  })

  it('leaves no listener on a signal that outlives it, whether it comes whole, is left, or fails', async () => {
    const { signal, count } = listenedTo()
    const virtual = new VirtualServer(async ({ body, path }, response) => {
      if (path === '/bytes') await body.bytes({ signal })
      else
        for await (const piece of body.pieces({ signal })) {
          if (path === '/left' && piece.length > 0) break
        }
      response.send()
    })
    for (const path of ['/bytes', '/pieces', '/left']) {
      const client = virtual.connect().send(chunked(path, '3\r\none\r\n'))
      await virtual.settle()
      expect(count()).toBe(path === '/left' ? 0 : 1)
      client.send('3\r\ntwo\r\n0\r\n\r\n')
      await virtual.settle()
      expect(client.replies()[0]?.status).toBe(200)
      expect(count()).toBe(0)
    }
    const client = virtual.connect().send(chunked('/bytes', '3\r\none\r\n'))
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    expect(count()).toBe(0)
  })

  it('destroys the stream that it is piped into, also one that takes nothing', async () => {
    const stuck = new Writable({ highWaterMark: 1, write: () => undefined })
    const virtual = new VirtualServer(async ({ body, scope }, response) => {
      const error: unknown = await scope
        .within(100, (inner) => body.pipe(stuck, inner))
        .catch((error: unknown) => error)
      response.send(String(error))
    })
    const client = virtual.connect().send(post('/', 'body'))
    await virtual.pass(100)
    expect(stuck.destroyed).toBe(true)
    expect(client.answers()[0]).toContain('at its deadline')
  })
})

describe('response.drained() with a signal', () => {
  it('rejects at a deadline though the client reads nothing', async () => {
    const log: unknown[] = []
    const virtual = new VirtualServer(async ({ scope }, response) => {
      response.write('x'.repeat(100_000))
      await scope
        .within(100, (inner) => response.drained(inner))
        .catch((error: unknown) => log.push(error, virtual.clock.now()))
      response.end('y')
    })
    const client = virtual.connect({ highWaterMark: 1000 }).send(get('/'))
    client.transport.pause()
    await virtual.pass(100)
    expect(log).toEqual([atDeadline, 100])
    client.transport.resume()
    await virtual.settle()
    expect(client.replies()[0]?.body).toHaveLength(100_001)
  })
})

describe('response.stream() with a signal', () => {
  it.each(['the source brings nothing', 'the client reads nothing'])(
    'rejects at a deadline though %s, and cancels the source',
    async (why) => {
      const log: unknown[] = []
      async function* source(): AsyncGenerator<string> {
        try {
          for (;;) {
            yield 'x'.repeat(1000)
            if (why === 'the source brings nothing') await virtual.reactor.sleep(300)
          }
        } finally {
          log.push(`closed at ${virtual.clock.now()}`)
        }
      }
      const virtual: VirtualServer = new VirtualServer(async ({ scope }, response) => {
        await scope.within(100, (inner) => response.stream(source(), inner))
      })
      const client = virtual.connect({ highWaterMark: 5000 }).send(get('/'))
      if (why === 'the client reads nothing') client.transport.pause()
      await virtual.pass(100)
      expect(virtual.errors).toEqual([atDeadline])
      expect(virtual.server.statistics().connections.open).toBe(0) // nobody may take a part for the whole
      await virtual.pass(200)
      expect(log).toEqual([why === 'the client reads nothing' ? 'closed at 100' : 'closed at 300'])
    },
  )

  it('leaves no listener on a signal that outlives it', async () => {
    const { signal, count } = listenedTo()
    const virtual = new VirtualServer((_asked, response) => response.stream(['a', 'b'], { signal }))
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 ab'])
    expect(count()).toBe(0)
  })
})

it.each(['bytes', 'text', 'json'] as const)(
  'request.body.%s() gives the whole body when its signal is aborted behind the last byte, in the same turn',
  async (way) => {
    const controller = new AbortController()
    const outcomes: unknown[] = []
    const virtual = new VirtualServer(async ({ body }, response) => {
      outcomes.push(String(await body[way]({ signal: controller.signal })))
      response.send()
    })
    const whole = post('/', '"body"')
    const client = virtual.connect().send(whole.slice(0, -3))
    await virtual.settle()
    client.send(whole.slice(-3))
    virtual.reactor.post(() => virtual.reactor.post(() => controller.abort(new Error('too late'))))
    await virtual.settle()
    expect(controller.signal.aborted).toBe(true)
    expect(outcomes).toEqual([way === 'json' ? 'body' : '"body"'])
    expect(client.answers()).toEqual(['200 '])
  },
)
