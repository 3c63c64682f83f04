import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { StreamSource } from '../../src/http/body-source.js'
import type { Body } from '../../src/http/response.js'
import { Gate, get, VirtualServer } from './memory-client.js'

/** Streams it, and writes down what stream() rejects with. */
function serverOf(open: () => StreamSource): { virtual: VirtualServer; rejections: unknown[] } {
  const rejections: unknown[] = []
  const virtual = new VirtualServer(async (_asked, response) => {
    try {
      await response.stream(open())
    } catch (error) {
      rejections.push((error as { code?: unknown }).code ?? (error as Error).message)
      throw error
    }
  })
  return { virtual, rejections }
}

async function* failingAfter(count: number): AsyncGenerator<string> {
  for (let i = 0; i < count; i++) yield await Promise.resolve('piece')
  throw new Error('the source has failed')
}

describe('a source that fails', () => {
  it('before its first piece makes a 500', async () => {
    const { virtual } = serverOf(() => failingAfter(0))
    const client = virtual.connect().send(get('/') + get('/'))
    await virtual.settle()
    expect(client.replies().map((reply) => reply.status)).toEqual([500, 500])
    expect(virtual.errors).toMatchObject([
      { message: 'the source has failed' },
      { message: 'the source has failed' },
    ])
  })

  it.each<[string, () => StreamSource]>([
    ['an async generator', () => failingAfter(3)],
    ['a Node stream', () => Readable.from(failingAfter(3))],
    [
      'a web stream',
      () => {
        const pieces = failingAfter(3)
        return new ReadableStream<Body>({
          async pull(controller) {
            controller.enqueue((await pieces.next()).value as string)
          },
        })
      },
    ],
  ])('in mid-stream aborts the connection: nobody takes it for whole (%s)', async (_name, open) => {
    const { virtual, rejections } = serverOf(open)
    const client = virtual.connect().send(get('/') + get('/never'))
    await virtual.settle()
    expect(client.isClosed).toBe(true)
    expect(client.closeError).toMatchObject({ code: 'ECONNRESET' })
    expect(client.text).not.toContain('\r\n0\r\n\r\n')
    expect(rejections).toContain('the source has failed')
    expect(virtual.errors).toContainEqual(expect.objectContaining({ message: 'the source has failed' }))
  })

  it('leaves alone a reply that was complete before it', async () => {
    const virtual = new VirtualServer((asked, response) =>
      asked.path === '/bad' ? response.stream(failingAfter(1)) : response.send('whole'),
    )
    const client = virtual.connect().send(get('/good'))
    await virtual.settle()
    client.send(get('/bad'))
    await virtual.settle()
    expect(client.text).toContain('whole')
    expect(client.isClosed).toBe(true)
  })

  it('with pieces that are none aborts as well', async () => {
    const { virtual, rejections } = serverOf(() => ['good', 1 as unknown as string])
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(client.isClosed).toBe(true)
    expect(rejections).toEqual(['CAL_ERR_RESPONSE_BODY'])
  })
})

describe('a declared length that is not kept', () => {
  it.each<[string, number, string[]]>([
    ['by more', 5, ['four', 'more']],
    ['by less', 9, ['four', 'more']],
    ['by nothing at all', 1, []],
  ])('%s is an error to the handler, and the connection is aborted', async (_name, length, pieces) => {
    const gate = new Gate()
    const codes: unknown[] = []
    async function* slowly(): AsyncGenerator<string> {
      yield* pieces.slice(0, 1)
      await gate.opened
      yield* pieces.slice(1)
    }
    const virtual = new VirtualServer(async (_asked, response) => {
      await response
        .header('Content-Length', length)
        .stream(slowly())
        .catch((error: unknown) => codes.push((error as { code?: unknown }).code))
    })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    gate.open()
    await virtual.settle()
    expect(codes).toEqual(['CAL_ERR_RESPONSE_LENGTH'])
    expect(client.isClosed).toBe(true)
    expect(client.text).toMatch(pieces.length > 0 ? /\r\n\r\nfour$/ : /^$/) // never as much as was declared
  })

  it('lets go of the source', async () => {
    let returned = 0
    const { virtual } = (() => {
      const virtual = new VirtualServer((_asked, response) =>
        response.header('Content-Length', 3).stream(
          (function* () {
            try {
              for (;;) yield 'xx'
            } finally {
              returned++
            }
          })(),
        ),
      )
      return { virtual }
    })()
    virtual.connect().send(get('/'))
    await virtual.settle()
    expect(returned).toBe(1)
    expect(virtual.errors).toMatchObject([{ code: 'CAL_ERR_RESPONSE_LENGTH' }])
  })

  it('lets go of a Node stream that does not destroy itself, without anybody crashing', async () => {
    const virtual = new VirtualServer((_asked, response) =>
      response.header('Content-Length', 9).stream(
        new Readable({
          autoDestroy: false,
          read() {
            this.push('x')
            this.push(null)
          },
        }),
      ),
    )
    virtual.connect().send(get('/'))
    await virtual.settle()
    await new Promise(setImmediate)
    expect(virtual.errors).toMatchObject([{ code: 'CAL_ERR_RESPONSE_LENGTH' }])
  })
})

describe('a client that goes away', () => {
  it('has an async generator cancelled as soon as it goes on', async () => {
    const gate = new Gate()
    const events: string[] = []
    const { virtual, rejections } = serverOf(async function* () {
      try {
        yield 'first'
        await gate.opened
        events.push('went on')
        yield 'second'
        events.push('was asked for a third')
      } finally {
        events.push('finally')
      }
    })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    expect(rejections).toEqual(['CAL_ERR_CLIENT_GONE']) // though the source is still being waited for
    gate.open()
    await virtual.settle()
    expect(events).toEqual(['went on', 'finally'])
    expect(virtual.errors).toEqual([]) // nobody’s mistake
  })

  it('has a Node stream destroyed while it is being waited for', async () => {
    const stream = new Readable({ read: () => undefined })
    const { virtual, rejections } = serverOf(() => stream)
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    stream.push('first')
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    expect(stream.destroyed).toBe(true)
    expect(rejections).toEqual(['CAL_ERR_CLIENT_GONE'])
  })

  it('has a web stream cancelled while it is being waited for', async () => {
    const reasons: unknown[] = []
    const stream = new ReadableStream<Body>({
      start: (controller) => controller.enqueue('first'),
      cancel: (reason: { code?: unknown }) => void reasons.push(reason.code),
    })
    const { virtual, rejections } = serverOf(() => stream)
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    expect(reasons).toEqual(['CAL_ERR_CLIENT_GONE'])
    expect(rejections).toEqual(['CAL_ERR_CLIENT_GONE'])
  })

  it('has a generator closed that waits for room', async () => {
    let returned = 0
    let pieces = 0
    const { virtual } = serverOf(function* () {
      try {
        for (;;) {
          pieces++
          yield 'x'.repeat(10_000)
        }
      } finally {
        returned++
      }
    })
    const client = virtual.connect().send(get('/'))
    client.transport.pause()
    await virtual.settle()
    const before = pieces
    client.transport.abort()
    await virtual.settle()
    expect(returned).toBe(1)
    expect(pieces).toBe(before)
    expect(virtual.errors).toEqual([])
  })

  it('before the stream begins has nothing pulled but what is needed to see it', async () => {
    const gate = new Gate()
    let pulled = 0
    let returned = 0
    const virtual = new VirtualServer(async (_asked, response) => {
      await gate.opened
      await response.stream({
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.resolve({ done: false, value: `${++pulled}` }),
          return: () => Promise.resolve({ done: true, value: ++returned }),
        }),
      })
    })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    gate.open()
    await virtual.settle()
    expect(pulled).toBeLessThanOrEqual(1)
    expect(returned).toBeGreaterThan(0)
    expect(virtual.errors).toEqual([])
  })

  it.each<[string, () => StreamSource]>([
    [
      'a generator that throws when it is closed',
      function* () {
        try {
          for (;;) yield 'x'.repeat(10_000)
        } finally {
          throw new Error('in finally')
        }
      },
    ],
    [
      'an iterator whose return throws',
      () => ({
        [Symbol.iterator]: () => ({
          next: () => ({ done: false, value: 'x'.repeat(10_000) }),
          return: () => {
            throw new Error('in return')
          },
        }),
      }),
    ],
  ])('is all that is reported of %s', async (_name, open) => {
    const { virtual, rejections } = serverOf(open)
    const client = virtual.connect().send(get('/'))
    client.transport.pause()
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    await new Promise(setImmediate) // where Node reports what an event listener throws
    expect(rejections).toEqual(['CAL_ERR_CLIENT_GONE'])
    expect(virtual.errors).toEqual([])
    expect(virtual.reactorErrors).toEqual([])
  })
})

describe('a client that does not read', () => {
  it.each<[string, (pull: () => string) => StreamSource]>([
    [
      'a generator',
      function* (pull) {
        for (;;) yield pull()
      },
    ],
    [
      'an async generator',
      async function* (pull) {
        for (;;) yield await Promise.resolve(pull())
      },
    ],
    [
      'a Node stream',
      (pull) =>
        new Readable({
          read() {
            this.push(pull())
          },
        }) as AsyncIterable<Body>,
    ],
    [
      'a web stream',
      (pull) => new ReadableStream<Body>({ pull: (controller) => controller.enqueue(pull()) }),
    ],
  ])('has no more pulled from %s than may be queued for it', async (_name, open) => {
    let pulled = 0
    const { virtual } = serverOf(() =>
      open(() => {
        pulled++
        return 'x'.repeat(10_000)
      }),
    )
    const client = virtual.connect({ highWaterMark: 20_000 }).send(get('/'))
    client.transport.pause()
    await virtual.settle()
    const atFirst = pulled
    expect(atFirst).toBeLessThan(30) // batch, transport, and what the source itself keeps ready
    await virtual.pass(20_000)
    expect(pulled).toBe(atFirst)
    expect(client.serverEnd.bytesQueued).toBeLessThan(64 * 1024 + 20_000)
    client.transport.abort()
    await virtual.settle()
    expect(pulled).toBe(atFirst)
  })

  it('has no more pulled behind a slow reply than may be held', async () => {
    const gate = new Gate()
    let pulled = 0
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/slow') return gate.opened.then(() => response.send('slow'))
      return response.stream(
        (function* () {
          for (; pulled < 50; pulled++) yield 'x'.repeat(10_000)
        })(),
      )
    })
    const client = virtual.connect().send(get('/slow') + get('/stream'))
    await virtual.settle()
    expect(pulled).toBeLessThan(10)
    gate.open()
    await virtual.settle()
    expect(client.replies().map((reply) => reply.body.length)).toEqual([4, 500_000])
  })
})
