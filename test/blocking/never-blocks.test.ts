/**
 * *Never blocks*, without a stopwatch: everything that the runtime does has a price on the virtual clock, and between
 * two moments at which the loop is free again no more is spent than a time slice and the one step that used it up.
 */
import { describe, expect, it } from 'vitest'
import { DEFAULT_TIME_SLICE_MS } from '../../src/reactor/reactor-options.js'
import type { Response } from '../../src/http/response.js'
import { get } from '../http/memory-client.js'
import { PolledTransport } from '../http/polled-transport.js'
import { COSTS, chargeForCopies, CostlyTransport } from './cost-model.js'
import { CostlyReactor, CostlyServer, type CountingClient } from './costly-server.js'

const SLICE_MS = DEFAULT_TIME_SLICE_MS
/** What asks `shouldYield()` looks at the clock eight times a slice. */
const GAUGE_MS = SLICE_MS / 8
/** What begins and ends a turn, and what is rounded. */
const EDGES_MS = 0.005

const READ_BYTES = 64 * 1024
/** A whole read, handed on. */
const ONE_READ_MS = COSTS.read + 2 * READ_BYTES * COSTS.byte
/** A write of a full batch. */
const ONE_WRITE_MS = COSTS.systemCall + 2 * READ_BYTES * COSTS.byte

const CHUNK = Buffer.concat([Buffer.from('fff0\r\n'), Buffer.alloc(0xfff0, 'x'), Buffer.from('\r\n')])
const LAST_CHUNK = Buffer.from('0\r\n\r\n')
const UPLOAD = Buffer.from('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')

/** 100 MB in chunks, and behind each piece the high-water mark is reached. */
function* upload(chunk: Buffer, bytes: number): Generator<Buffer> {
  yield Buffer.concat([UPLOAD, chunk])
  for (let sent = chunk.length; sent < bytes; sent += chunk.length) yield chunk
  yield LAST_CHUNK
}

function expectHeldAtMost(costly: CostlyReactor, ms: number): void {
  expect(costly.errors).toEqual([])
  expect(costly.longestHoldMs).toBeLessThanOrEqual(ms + EDGES_MS)
}

describe('no round of the loop is longer than a time slice and one step more', () => {
  // Handlers of trusted paths are measured in eights, of which all fit into the budget: eight of them are a step.
  it.each([
    ['fast', 0.002, 8 * 0.002],
    ['of a tenth of a millisecond', 0.1, 8 * 0.1],
    ['slow', 0.4, 0.4],
  ])('with 1,600 requests in one read of 64 KB, and handlers that are %s', async (_name, cost, step) => {
    const costly = new CostlyServer((_asked, response) => {
      costly.clock.advance(cost)
      response.send('Hello, World!')
    })
    const one = get('/')
    const packet = Buffer.from(one.repeat(Math.floor(READ_BYTES / one.length)))
    const count = packet.length / one.length
    expect(count).toBeGreaterThanOrEqual(1600)
    const client = costly.connect({ highWaterMark: 1 << 30 })
    client.transport.write(packet)
    await costly.runUntil(() => costly.server.statistics().responses === count)
    expectHeldAtMost(costly, SLICE_MS + step + ONE_READ_MS + ONE_WRITE_MS)
    if (cost * count > 10) expect(costly.rounds).toBeGreaterThan((cost * count) / (SLICE_MS + step) / 2)
  })

  it.each([10_000, 100_000])('with %i timers due in one tick, and with the moving of them', async (count) => {
    const costly = new CostlyReactor()
    let ran = 0
    for (let i = 0; i < count; i++) {
      costly.reactor.delay(5000, () => {
        ran++
        costly.clock.advance(0.001)
      })
    }
    let mostMoved = 0
    costly.clock.advance(6000)
    while (ran < count) {
      const before = costly.reactor.statistics().timersPending
      await costly.round()
      mostMoved = Math.max(mostMoved, before - costly.reactor.statistics().timersPending)
    }
    expectHeldAtMost(costly, SLICE_MS + 0.001 + COSTS.task)
    expect(mostMoved).toBeLessThanOrEqual(512)
  })

  it('with 100,000 tasks posted at once', async () => {
    const costly = new CostlyReactor()
    let ran = 0
    for (let i = 0; i < 100_000; i++) {
      costly.reactor.post(() => {
        ran++
        costly.clock.advance(0.01)
      })
    }
    await costly.runUntil(() => ran === 100_000)
    expectHeldAtMost(costly, SLICE_MS + 0.01 + COSTS.task)
  })

  describe('with 10,000 connections', () => {
    const COUNT = 10_000
    const connected = (costly: CostlyServer, request = ''): CountingClient[] =>
      Array.from({ length: COUNT }, () => {
        const client = costly.connect()
        if (request !== '') client.transport.write(Buffer.from(request))
        return client
      })

    it('that are idle when the server closes', async () => {
      const costly = new CostlyServer((_asked, response) => response.send())
      const clients = connected(costly)
      await costly.runUntil(() => !costly.reactor.hasWork)
      let report: unknown
      const from = costly.clock.shown
      void costly.server.close().then((done) => (report = done))
      expect(costly.clock.shown - from).toBeLessThan(EDGES_MS)
      await costly.runUntil(() => report !== undefined)
      expect(report).toEqual({ answered: 0, idleClosed: COUNT, aborted: 0 })
      expect(clients.every(({ isEnded, isClosed }) => isEnded && isClosed)).toBe(true)
      expectHeldAtMost(costly, SLICE_MS + COSTS.systemCall + COSTS.read)
    })

    it('that are aborted at the end of the drain', async () => {
      const costly = new CostlyServer(() => undefined)
      const clients = connected(costly, get('/'))
      await costly.runUntil(() => costly.server.statistics().requests === COUNT)
      let report: unknown
      void costly.server.close({ drainMs: 100 }).then((done) => (report = done))
      await costly.runUntil(() => report !== undefined)
      expect(report).toEqual({ answered: 0, idleClosed: 0, aborted: COUNT })
      await costly.runUntil(() => clients.every(({ isClosed }) => isClosed))
      expectHeldAtMost(costly, SLICE_MS + COSTS.systemCall + COSTS.read)
    })

    it('whose replies all become ready in one tick, during the drain', async () => {
      const costly = new CostlyServer((_asked, response) => {
        costly.reactor.delay(50, () => response.send('late'))
      })
      const clients = connected(costly, get('/'))
      await costly.runUntil(() => costly.server.statistics().requests === COUNT)
      let report: unknown
      void costly.server.close().then((done) => (report = done))
      await costly.runUntil(() => report !== undefined)
      expect(report).toEqual({ answered: COUNT, idleClosed: 0, aborted: 0 })
      expect(clients.every(({ text }) => text.endsWith('late'))).toBe(true)
      // Tasks may use up the slice, and sixteen flushes are made all the same: a write and a half-close each.
      expectHeldAtMost(costly, SLICE_MS + 16 * 2 * ONE_WRITE_MS)
    })

    it('that all wait to be flushed', async () => {
      const held: Response[] = []
      const costly = new CostlyServer((_asked, response) => void held.push(response))
      const clients = connected(costly, get('/'))
      await costly.runUntil(() => held.length === COUNT)
      for (const response of held) response.send('at last') // as code that awaits the same promise would
      await costly.runUntil(() => clients.every(({ text }) => text.endsWith('at last')))
      expectHeldAtMost(costly, SLICE_MS + 16 * ONE_WRITE_MS)
      expect(costly.rounds).toBeGreaterThan(COUNT / 200)
    })

    it('that rest and are left by their clients in one poll', async () => {
      const costly = new CostlyServer((_asked, response) => response.send())
      const { clock, server, reactor } = costly
      const sockets = Array.from(
        { length: COUNT },
        () => new PolledTransport(reactor, (it) => server.accept(new CostlyTransport(clock, it))),
      )
      await costly.runUntil(() => !reactor.hasWork)
      const from = clock.shown
      for (const socket of sockets) socket.peerEnds()
      clock.runLaterPhases()
      // To be told of them can't be avoided: a read and a look at the clock each. What is done about it, can.
      const told = COUNT * (COSTS.read + COSTS.reading)
      const ofThePoll = SLICE_MS * (1 + COSTS.ending / COSTS.systemCall)
      expect(clock.shown - from - told).toBeLessThanOrEqual(ofThePoll)
      await costly.runUntil(() => sockets.every(({ isClosed }) => isClosed))
      expect(server.statistics().connections).toMatchObject({ open: 0, closed: COUNT })
      expectHeldAtMost(costly, SLICE_MS + COSTS.systemCall + COSTS.read)
    })

    it('whose time is over in one tick', async () => {
      const costly = new CostlyServer((_asked, response) => response.send())
      const clients = connected(costly)
      await costly.runUntil(() => !costly.reactor.hasWork)
      await costly.runUntil(() => costly.server.statistics().timeouts === COUNT)
      await costly.runUntil(() => clients.every(({ isClosed }) => isClosed))
      expectHeldAtMost(costly, SLICE_MS + COSTS.systemCall + COSTS.read)
    })
  })

  describe('with 100 MB uploaded in chunks', () => {
    const BYTES = 100_000_000
    const limits = { bodyBytes: 2 * BYTES }

    it('to a handler that takes them piece by piece', async () => {
      let received = 0
      const costly = new CostlyServer(
        async ({ body }, response) => {
          for await (const piece of body) received += piece.length
          response.send(String(received))
        },
        { limits },
      )
      chargeForCopies(costly.clock)
      const client = costly.connect({ highWaterMark: CHUNK.length })
      client.sendAll(upload(CHUNK, BYTES))
      await costly.runUntil(() => client.bytes > 0)
      expect(client.text).toContain(`\r\n\r\n${received}`)
      expect(received).toBeGreaterThan(0.99 * BYTES)
      expectHeldAtMost(costly, SLICE_MS + ONE_READ_MS + ONE_WRITE_MS)
    })

    it('to a handler that wants them whole', async () => {
      let isRight = false
      const costly = new CostlyServer(
        async ({ body }, response) => {
          const whole = await body.bytes()
          isRight = whole.length > 0.99 * BYTES && whole[0] === 0x78 && whole.at(-1) === 0x78
          response.send('whole')
        },
        { limits },
      )
      chargeForCopies(costly.clock)
      const client = costly.connect({ highWaterMark: CHUNK.length })
      client.sendAll(upload(CHUNK, BYTES))
      await costly.runUntil(() => client.bytes > 0)
      expect(isRight).toBe(true)
      // Who goes on after yield() has a slice of its own, behind that of the turn.
      expectHeldAtMost(costly, 2 * SLICE_MS + ONE_READ_MS + ONE_WRITE_MS)
    })
  })

  it.each([
    ['by hand', false, 64 * 1024],
    ['from a source', true, 64 * 1024],
    ['by hand, when the kernel takes all of it at once', false, 2 ** 31],
    ['from a source, when the kernel takes all of it at once', true, 2 ** 31],
  ])('with 1 GB downloaded, written %s', async (_name, isStreamed, highWaterMark) => {
    const PIECE = Buffer.alloc(READ_BYTES, 'x')
    const PIECES = 2 ** 30 / READ_BYTES
    const pieces = Array.from({ length: PIECES }, () => PIECE)
    const costly = new CostlyServer(async (_asked, response) => {
      if (isStreamed) return response.stream(pieces)
      for (const piece of pieces) if (!response.write(piece)) await response.drained()
      response.end()
    })
    const client = costly.connect({ highWaterMark })
    client.transport.write(Buffer.from(get('/')))
    await costly.runUntil(() => client.bytes > 2 ** 30)
    expectHeldAtMost(costly, SLICE_MS + GAUGE_MS + 2 * ONE_WRITE_MS)
  })

  it.each([
    ['by hand', false],
    ['from a source', true],
  ])('with 200,000 pieces of one byte, written %s', async (_name, isStreamed) => {
    const COUNT = 200_000
    function* pieces(): Generator<string> {
      for (let i = 0; i < COUNT; i++) {
        costly.clock.advance(0.0005)
        yield 'x'
      }
    }
    const costly = new CostlyServer(async (_asked, response) => {
      response.header('Content-Length', COUNT)
      if (isStreamed) return response.stream(pieces())
      for (const piece of pieces()) if (!response.write(piece)) await response.drained()
      response.end()
    })
    const client = costly.connect()
    client.transport.write(Buffer.from(get('/')))
    await costly.runUntil(() => client.bytes > COUNT)
    expectHeldAtMost(costly, SLICE_MS + GAUGE_MS + ONE_WRITE_MS)
    expect(costly.rounds).toBeLessThan((2 * COUNT * 0.0005) / SLICE_MS)
  })
})
