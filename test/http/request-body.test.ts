import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CalandriaError } from '../../src/errors/calandria-error.js'
import { makeVirtualReactor } from '../reactor/virtual-reactor.js'
import { NO_BODY, RequestBody } from '../../src/http/request-body.js'

const seed = Number(process.env['FUZZ_SEED'] ?? 9112)
const HIGH_WATER_MARK = 64 * 1024
const { reactor } = makeVirtualReactor()

/** A body, and how often its connection was told that it is wanted. */
function someBody(length: number | null = null): { body: RequestBody; wanted: () => number } {
  let count = 0
  const body = new RequestBody(length, { reactor, bodyWanted: () => count++ })
  return { body, wanted: () => count }
}

function pushed(body: RequestBody, ...pieces: (string | Uint8Array)[]): RequestBody {
  for (const piece of pieces) body.push(typeof piece === 'string' ? Buffer.from(piece) : piece)
  return body
}

async function piecesOf(body: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const pieces: Buffer[] = []
  for await (const piece of body) pieces.push(piece)
  return pieces
}

const code = (expected: string): unknown => expect.objectContaining({ code: expected })

describe('RequestBody', () => {
  it('gives all that came, in order, when it is complete already', async () => {
    const { body, wanted } = someBody()
    pushed(body, 'one ', 'two ', 'three').complete(null)
    expect(String(await body.bytes())).toBe('one two three')
    expect(wanted()).toBe(0)
  })

  it('waits for what is to come, and tells its connection that it is wanted', async () => {
    const { body, wanted } = someBody(6)
    pushed(body, 'ab')
    const whole = body.text()
    expect(wanted()).toBe(1)
    pushed(body, 'cd')
    await Promise.resolve()
    pushed(body, 'ef').complete(null)
    expect(await whole).toBe('abcdef')
  })

  it('is gathered whole however it is cut, and copied: the bytes are only lent', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 6000 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(pieces, pieces, async (before, after) => {
        const { body } = someBody()
        const all = Buffer.concat([...before, ...after])
        const lend = (piece: Uint8Array): void => {
          const lent = Buffer.from(piece)
          body.push(lent)
          lent.fill(0)
        }
        before.forEach(lend)
        const whole = body.bytes()
        await Promise.resolve()
        after.forEach(lend)
        body.complete(null)
        expect((await whole).equals(all)).toBe(true)
      }),
      { seed, numRuns: 300 },
    )
  })

  it('is iterated whole however it is cut and whenever it is asked for; no piece changes once it was given', async () => {
    const step = fc.oneof(fc.uint8Array({ maxLength: 5000 }), fc.constant('take' as const))
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { body } = someBody()
        const iterator = body[Symbol.asyncIterator]()
        const sent: Uint8Array[] = []
        const taken: Promise<IteratorResult<Buffer>>[] = []
        const given: { piece: Buffer; then: Buffer }[] = []
        for (const what of steps) {
          if (what === 'take') {
            const next = iterator.next()
            taken.push(next)
            void next.then(({ value }) => {
              if (value instanceof Buffer) given.push({ piece: value, then: Buffer.from(value) })
            })
          } else {
            body.push(what)
            sent.push(what)
          }
          await Promise.resolve()
        }
        body.complete(null)
        const early = (await Promise.all(taken)).flatMap(({ value }) =>
          value instanceof Buffer ? [value] : [],
        )
        const rest = await piecesOf(iterator)
        expect(Buffer.concat([...early, ...rest]).equals(Buffer.concat(sent))).toBe(true)
        expect(given.every(({ piece, then }) => piece.equals(then))).toBe(true)
      }),
      { seed, numRuns: 300 },
    )
  })

  it('makes no object of every byte that comes alone', async () => {
    const { body } = someBody()
    for (let i = 0; i < HIGH_WATER_MARK; i++) body.push(Buffer.of(i & 255))
    body.complete(null)
    const pieces = await piecesOf(body)
    expect(pieces.length).toBeLessThanOrEqual(HIGH_WATER_MARK / 2048)
    expect(Buffer.concat(pieces).every((byte, i) => byte === (i & 255))).toBe(true)
    expect(new Set(pieces.map((piece) => piece.buffer)).size).toBe(pieces.length)
  })

  it('decodes text as UTF-8, also where a character came in two pieces', async () => {
    const { body } = someBody()
    const text = Buffer.from('naïve – 🦆')
    for (const byte of text) body.push(Buffer.of(byte))
    body.push(Buffer.of(0xff))
    body.complete(null)
    expect(await body.text()).toBe('naïve – 🦆\ufffd')
  })

  it('parses JSON, and rejects what is none', async () => {
    for (const value of [null, 0, 'text', [1, 2], { a: { b: [] } }]) {
      const { body } = someBody()
      pushed(body, JSON.stringify(value)).complete(null)
      expect(await body.json()).toEqual(value)
    }
    for (const text of ['', ' ', '{', '{"a":1}}', "{'a':1}", 'undefined', '\ufeff1', 'NaN']) {
      const { body } = someBody()
      pushed(body, text).complete(null)
      await expect(body.json(), text).rejects.toMatchObject({
        code: 'CAL_ERR_HTTP_JSON',
        status: 400,
        cause: expect.any(SyntaxError) as unknown,
      })
    }
  })

  it('is read once: whoever comes second, in whatever way, is rejected with CAL_ERR_BODY_USED', async () => {
    const ways: ((body: RequestBody) => Promise<unknown>)[] = [
      (body) => body.bytes(),
      (body) => body.text(),
      (body) => body.json(),
      (body) => piecesOf(body),
      async (body) => {
        body.discard()
        return Promise.resolve()
      },
    ]
    for (const first of ways) {
      for (const second of ways.slice(0, 4)) {
        const { body } = someBody()
        pushed(body, '1').complete(null)
        await first(body)
        expect(body.isUsed).toBe(true)
        await expect(second(body)).rejects.toEqual(code('CAL_ERR_BODY_USED'))
      }
    }
  })

  it('is read once also while it is under way', async () => {
    const { body } = someBody()
    const first = body.text()
    await expect(body.text()).rejects.toEqual(code('CAL_ERR_BODY_USED'))
    await expect(body[Symbol.asyncIterator]().next()).rejects.toEqual(code('CAL_ERR_BODY_USED'))
    pushed(body, 'whole').complete(null)
    expect(await first).toBe('whole')
  })

  it('is not begun by asking for an iterator', async () => {
    const { body, wanted } = someBody()
    void body[Symbol.asyncIterator]()
    expect([body.isUsed, wanted()]).toEqual([false, 0])
    pushed(body, 'x').complete(null)
    expect(await body.text()).toBe('x')
  })

  it('serves concurrent calls of next(), each with a piece of its own', async () => {
    const { body } = someBody()
    const iterator = body[Symbol.asyncIterator]()
    const asked = Array.from({ length: 5 }, () => iterator.next())
    for (const piece of ['one', 'two', 'three']) {
      pushed(body, piece)
      await new Promise(setImmediate)
    }
    body.complete(null)
    const results = await Promise.all(asked)
    expect(results.filter(({ done }) => done !== true).map(({ value }) => String(value))).toEqual([
      'one',
      'two',
      'three',
    ])
    expect(results.filter(({ done }) => done === true)).toHaveLength(2)
  })

  it('stays done at its end, also for iterators that come back', async () => {
    const { body } = someBody()
    const iterator = body[Symbol.asyncIterator]()
    pushed(body, 'x').complete(null)
    await iterator.next()
    for (let i = 0; i < 3; i++) expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('is discarded by leaving a loop early, and the iterator is done then', async () => {
    const { body, wanted } = someBody()
    pushed(body, 'one')
    const iterator = body[Symbol.asyncIterator]()
    for await (const piece of iterator) {
      expect(String(piece)).toBe('one')
      break
    }
    expect([body.isDiscarded, wanted()]).toEqual([true, 2]) // its beginning, and its end
    pushed(body, 'two')
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    await expect(body.bytes()).rejects.toEqual(code('CAL_ERR_BODY_USED'))
  })

  it('takes no memory for what is discarded, and wants it all the same, so that the next request can come', () => {
    const { body } = someBody()
    body.discard()
    for (let i = 0; i < 10; i++) body.push(Buffer.alloc(HIGH_WATER_MARK))
    expect([body.wantsMore, body.bytesReceived]).toEqual([true, 10 * HIGH_WATER_MARK])
  })

  it('rejects a read under way when it is discarded', async () => {
    const { body } = someBody()
    const whole = body.bytes()
    body.discard()
    await expect(whole).rejects.toEqual(code('CAL_ERR_BODY_USED'))
  })

  it('wants no more from the high-water mark on, until the handler has made room', async () => {
    const { body, wanted } = someBody()
    const piece = Buffer.alloc(HIGH_WATER_MARK / 4, 'x')
    pushed(body, piece, piece, piece)
    expect(body.wantsMore).toBe(true)
    pushed(body, piece)
    expect(body.wantsMore).toBe(false)
    const iterator = body[Symbol.asyncIterator]()
    await iterator.next()
    expect([body.wantsMore, wanted()]).toEqual([true, 2])
    await iterator.next()
    expect(wanted()).toBe(2) // it wanted more anyhow
  })

  it('wants all of it when it is gathered: the limit on bodies bounds that', () => {
    const { body } = someBody()
    void body.bytes()
    pushed(body, Buffer.alloc(10 * HIGH_WATER_MARK))
    expect(body.wantsMore).toBe(true)
  })

  it('rejects every reader with the reason why it can not be had, now and later', async () => {
    const reason = new CalandriaError('CAL_ERR_HTTP_CHUNK_SIZE')
    const { body } = someBody()
    pushed(body, 'part')
    const waiting = body.bytes()
    body.fail(reason)
    await expect(waiting).rejects.toBe(reason)
    expect([body.failure, body.isComplete]).toEqual([reason, false])
    const { body: unread } = someBody()
    unread.fail(reason)
    unread.fail(new Error('too late'))
    for (let i = 0; i < 2; i++) await expect(unread.text()).rejects.toBe(reason)
    await expect(piecesOf(unread)).rejects.toBe(reason)
  })

  it('rejects an iteration with it, once: what had come before is of no use to anybody', async () => {
    const reason = new CalandriaError('CAL_ERR_HTTP_CHUNK_END')
    const { body } = someBody()
    pushed(body, Buffer.alloc(5000), Buffer.alloc(5000))
    const iterator = body[Symbol.asyncIterator]()
    await iterator.next()
    body.fail(reason)
    await expect(iterator.next()).rejects.toBe(reason)
  })

  it('can be had when it was complete before the failure', async () => {
    const { body } = someBody()
    pushed(body, 'whole').complete(null)
    body.fail(new CalandriaError('CAL_ERR_CLIENT_GONE'))
    expect(await body.text()).toBe('whole')
  })

  it('of a request without one is empty for every reader', async () => {
    for (let i = 0; i < 2; i++) {
      expect([NO_BODY.length, NO_BODY.isComplete, NO_BODY.trailers]).toEqual([0, true, null])
      expect(await NO_BODY.bytes()).toHaveLength(0)
      expect(await piecesOf(NO_BODY)).toEqual([])
      NO_BODY.discard()
      expect(NO_BODY.isUsed).toBe(false)
    }
  })
})
