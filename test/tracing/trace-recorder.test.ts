import { describe, expect, it } from 'vitest'
import type { Response } from '../../src/http/response.js'
import { TraceRecorder } from '../../src/tracing/trace-recorder.js'
import { Gate, get, request, VirtualServer } from '../http/memory-client.js'
import { outline, readTrace, slicesOf, type Slice, type Trace, type TraceEvent } from './trace-rules.js'

const REACTOR = 1
/** The server's end of the first connection. */
const FIRST = 2

const traceOf = (recorder: TraceRecorder): Trace => readTrace(recorder.toChromeTrace())
const named = (trace: Trace, ph: string, name?: string): TraceEvent[] =>
  trace.traceEvents.filter((event) => event.ph === ph && (name === undefined || event.name === name))

/** All slices, with those inside of them. */
function flat(slices: readonly Slice[]): Slice[] {
  return slices.flatMap((slice) => [slice, ...flat(slice.inner)])
}

function makeServer(): VirtualServer {
  return new VirtualServer((asked, response) => {
    if (asked.path === '/later') virtualDelay(5, response)
    else response.send()
  })
}

function virtualDelay(ms: number, response: Response): void {
  const { reactor } = response.request!.scope
  reactor.delay(ms, () => response.send())
}

describe('a trace', () => {
  it('tells of a pipelined read: read, parse batch, sixteen handlers, and one flush that all of them lead to', async () => {
    const virtual = makeServer()
    const recorder = new TraceRecorder(virtual.reactor)
    virtual.connect().send(get('/').repeat(16))
    await virtual.settle()
    const trace = traceOf(recorder)
    const [read, ...others] = slicesOf(trace, FIRST)
    expect(others).toEqual([])
    const handlers = Array.from({ length: 16 }, () => 'GET /').join(', ')
    expect(outline(read!)).toBe(`read [parse batch [${handlers}], flush]`)
    const slices = flat([read!])
    expect(slices.find(({ name }) => name === 'parse batch')!.args).toMatchObject({ requests: 16 })
    expect(slices.find(({ name }) => name === 'flush')!.args).toMatchObject({ replies: 16 })
    const flow = slices.at(-1)!.flows[0]!.slice(1)
    expect(slices.map(({ flows }) => flows.join())).toEqual([
      `s${flow}`,
      '',
      ...Array.from({ length: 16 }, () => `t${flow}`),
      `f${flow}`,
    ])
  })

  it('shows on the reactor\u2019s track what holds the loop: turns, tasks, reads and flushes', () => {
    const virtual = makeServer()
    const recorder = new TraceRecorder(virtual.reactor)
    virtual.connect().send(get('/'))
    virtual.run()
    const [turn] = slicesOf(traceOf(recorder), REACTOR).filter(({ inner }) => inner.length > 0)
    // In memory a read is a task of the writer's end; a socket's stands alone.
    expect(outline(turn!)).toContain('task (latency) [read 1 [flush 1]]')
    expect(turn!.args).toMatchObject({ tasksRun: expect.any(Number) as number })
  })

  it('leads from one read to every flush that carried its replies', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/late') await gate.opened
      response.send()
    })
    const recorder = new TraceRecorder(virtual.reactor)
    virtual.connect().send(get('/') + get('/late') + get('/'))
    await virtual.settle()
    gate.open()
    await virtual.settle()
    const slices = flat(slicesOf(traceOf(recorder), FIRST))
    const flushes = slices.filter(({ name }) => name === 'flush')
    const flowOf = (index: number): string => flushes[index]!.flows[0]!.slice(1)
    expect(flushes).toHaveLength(2)
    expect(slices[0]!.flows).toEqual([`s${flowOf(0)}`, `s${flowOf(1)}`])
    const dispatched = slices.filter(({ name }) => name.startsWith('GET'))
    expect(dispatched.map(({ flows }) => flows.join())).toEqual([
      `t${flowOf(0)}`,
      `t${flowOf(1)}`,
      `t${flowOf(1)}`,
    ])
  })

  it('shows pieces of a streamed reply in the flow of the flush that completes it', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (_request, response) => {
      response.write('first piece')
      await gate.opened
      response.end('last piece')
    })
    const recorder = new TraceRecorder(virtual.reactor)
    virtual.connect().send(get('/'))
    await virtual.settle()
    gate.open()
    await virtual.settle()
    const flushes = flat(slicesOf(traceOf(recorder), FIRST)).filter(({ name }) => name === 'flush')
    const flow = flushes[1]!.flows[0]!.slice(1)
    expect(flushes.map(({ flows }) => flows)).toEqual([[`t${flow}`], [`f${flow}`]])
  })

  it('shows a request that is answered after its handler has returned beside the slices, until its answer', async () => {
    const virtual = makeServer()
    const recorder = new TraceRecorder(virtual.reactor)
    virtual.connect().send(get('/later') + get('/'))
    await virtual.pass(5)
    const trace = traceOf(recorder)
    const [begin, ...others] = named(trace, 'b')
    const [end] = named(trace, 'e')
    expect(others).toEqual([])
    expect([begin!.name, begin!.ts, end!.ts, end!.args]).toEqual(['GET /later', 0, 5000, { status: 200 }])
    expect(named(trace, 'C', 'requests in flight').map(({ args }) => args!['value'])).toEqual([1, 0])
  })

  it('ends what a client has given up, and what was never answered', async () => {
    const held: Response[] = []
    const virtual = new VirtualServer((_request, response) => void held.push(response))
    const recorder = new TraceRecorder(virtual.reactor)
    const impatient = virtual.connect().send(get('/a'))
    virtual.connect().send(get('/b'))
    await virtual.settle()
    impatient.transport.abort()
    await virtual.settle()
    const ends = named(traceOf(recorder), 'e').map(({ name, args }) => [name, args])
    expect(ends).toEqual([
      ['GET /a', { status: 0 }],
      ['GET /b', { isAnswered: false }],
    ])
    expect(held).toHaveLength(2)
  })

  it('counts tasks that are ready and bytes that are queued', async () => {
    const virtual = makeServer()
    const recorder = new TraceRecorder(virtual.reactor)
    const client = virtual.connect({ highWaterMark: 10 }).send(get('/'))
    await virtual.settle()
    const trace = traceOf(recorder)
    const values = named(trace, 'C', 'bytes queued').map(({ args }) => args!['value'])
    expect(values).toEqual([client.text.length, 0])
    expect(named(trace, 'C', 'tasks ready').length).toBeGreaterThan(1)
  })

  it('shows what was refused in the flow of its answer, and a connection\u2019s beginning and end', async () => {
    const virtual = makeServer()
    const recorder = new TraceRecorder(virtual.reactor)
    const client = virtual.connect({ remoteAddress: '192.0.2.7' }).send('nonsense\r\n\r\n')
    await virtual.settle()
    client.transport.end()
    await virtual.settle()
    const trace = traceOf(recorder)
    const refusal = flat(slicesOf(trace, FIRST)).find(({ name }) => name === 'CAL_ERR_HTTP_METHOD')
    expect(refusal?.flows).toEqual([expect.stringMatching(/^t/)])
    expect(named(trace, 'M', 'thread_name').map(({ args }) => args!['name'])).toEqual([
      'reactor',
      'connection 1 from 192.0.2.7',
      'connection 2',
    ])
    expect(named(trace, 'i', 'opened')).toHaveLength(2)
    expect(named(trace, 'i', 'closed')).toHaveLength(2)
  })

  it('shows a stall with its stack', () => {
    const virtual = makeServer()
    const recorder = new TraceRecorder(virtual.reactor)
    const frame = { functionName: 'block', file: '/app/routes.ts', line: 7, column: 3 }
    virtual.reactor.instruments?.emit('stalled', {
      stall: 1,
      heldMs: 400,
      limitMs: 25,
      frames: [frame],
      culprit: frame,
      isLate: false,
      stack: '    at block (/app/routes.ts:7:3)',
      suppressed: 0,
    })
    const [stall] = named(traceOf(recorder), 'i', 'stall')
    expect(stall).toMatchObject({ s: 'p', args: { heldMs: 400 } })
    expect(stall!.args!['stack']).toContain('at block (/app/routes.ts:7:3)')
  })

  it('cuts what a client has made long, and keeps what a name may hold', async () => {
    const virtual = new VirtualServer((_request, response) => response.send())
    const recorder = new TraceRecorder(virtual.reactor)
    virtual.connect().send(get(`/\\${'x'.repeat(1000)}`) + request('BREW', '/'))
    await virtual.settle()
    const names = flat(slicesOf(traceOf(recorder), FIRST)).map(({ name }) => name)
    expect(names.filter((name) => name.includes('/'))).toEqual([`GET /\\${'x'.repeat(113)}…`, '? /'])
  })
})

describe('a recorder', () => {
  it('gives the same bytes for the same run', async () => {
    const run = async (): Promise<string> => {
      const virtual = makeServer()
      const recorder = new TraceRecorder(virtual.reactor)
      const clients = [virtual.connect(), virtual.connect()]
      for (const client of clients) client.send(get('/').repeat(3) + get('/later'))
      await virtual.pass(10)
      for (const client of clients) client.transport.end()
      await virtual.settle()
      return recorder.toChromeTrace()
    }
    const first = await run()
    expect(await run()).toBe(first)
    expect(first.length).toBeGreaterThan(1000)
  })

  it('tells the last events, in good order, however few it can keep, and how many are lost', async () => {
    const virtual = makeServer()
    const recorders = Array.from(
      { length: 120 },
      (_, i) => new TraceRecorder(virtual.reactor, { capacity: i + 1 }),
    )
    const client = virtual.connect().send(get('/').repeat(2) + get('/later'))
    await virtual.pass(5)
    client.send(get('/').repeat(4))
    await virtual.settle()
    for (const [i, recorder] of recorders.entries()) {
      const { otherData } = traceOf(recorder)
      const lost = Math.max(recorder.eventsRecorded - i - 1, 0)
      expect(otherData).toEqual({
        recorder: 'calandria',
        events: recorder.eventsRecorded - lost,
        eventsLost: lost,
      })
      expect(recorder.eventsLost).toBe(lost)
    }
  })

  it('leads to the right requests where those before are lost', async () => {
    const held: Response[] = []
    const virtual = new VirtualServer((_request, response) => void held.push(response))
    const recorder = new TraceRecorder(virtual.reactor, { capacity: 40 })
    const client = virtual.connect().send(get('/lost'))
    await virtual.settle()
    while (recorder.eventsLost < 30) virtual.reactor.turn()
    client.send(get('/kept'))
    await virtual.settle()
    held[0]!.send()
    await virtual.settle()
    const flows = (): string[][] =>
      flat(slicesOf(traceOf(recorder), FIRST))
        .filter(({ name }) => name === 'flush' || name.startsWith('GET'))
        .map(({ name, flows }) => [name, ...flows.map((flow) => flow.slice(0, 1))])
    expect(flows()).toEqual([['GET /kept'], ['flush']])
    held[1]!.send()
    await virtual.settle()
    expect(flows()).toEqual([['GET /kept', 't'], ['flush'], ['flush', 'f']])
  })

  it('begins in the middle of things', async () => {
    const gate = new Gate()
    let recorder: TraceRecorder | null = null
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/start') recorder = new TraceRecorder(virtual.reactor)
      await gate.opened
      response.send()
    })
    virtual.connect().send(get('/before') + get('/start') + get('/after'))
    await virtual.settle()
    gate.open()
    await virtual.settle()
    const trace = traceOf(recorder!)
    expect(named(trace, 'b').map(({ name }) => name)).toEqual(['GET /after'])
    expect(named(trace, 'e')).toHaveLength(1)
  })

  it('can be asked in the middle of things, and ends what is under way', async () => {
    const texts: string[] = []
    const virtual = new VirtualServer((_asked, response) => {
      texts.push(recorder.toChromeTrace())
      response.send()
    })
    const recorder = new TraceRecorder(virtual.reactor)
    virtual.connect().send(get('/'))
    await virtual.settle()
    expect(texts).toHaveLength(1)
    expect(slicesOf(readTrace(texts[0]!), FIRST).map(outline)).toEqual(['read [parse batch [GET /]]'])
  })

  it('streams the text that it gives at once, of what it held then, while it goes on', async () => {
    const virtual = makeServer()
    const recorder = new TraceRecorder(virtual.reactor, { capacity: 5000 })
    virtual.connect().send(get('/').repeat(400))
    await virtual.settle()
    const expected = recorder.toChromeTrace()
    const pieces: string[] = []
    for await (const piece of take(recorder, virtual)) pieces.push(piece)
    expect(pieces.join('')).toBe(expected)
    expect(pieces.length).toBeGreaterThan(5)
    expect(recorder.toChromeTrace()).not.toBe(expected)
  })

  it('gives the loop back between pieces when the time slice is used up', async () => {
    const virtual = makeServer()
    const recorder = new TraceRecorder(virtual.reactor)
    virtual.connect().send(get('/').repeat(400))
    await virtual.settle()
    virtual.clock.advance(10) // no slice is open
    const { turns } = virtual.reactor.statistics()
    let isOver = false
    const pieces: string[] = []
    const reading = readAll(recorder, pieces).then(() => (isOver = true))
    const turnBetween = async (): Promise<boolean> => {
      virtual.clock.advance(1)
      await virtual.settle()
      return isOver
    }
    while (!(await turnBetween()));
    await reading
    expect(pieces).not.toContain('')
    expect(virtual.reactor.statistics().turns).toBeGreaterThan(turns)
  })

  it('keeps what it holds when it is stopped, and hears no more', async () => {
    const virtual = makeServer()
    const recorder = new TraceRecorder(virtual.reactor)
    virtual.connect().send(get('/'))
    await virtual.settle()
    recorder.stop()
    const text = recorder.toChromeTrace()
    const { eventsRecorded } = recorder
    expect(eventsRecorded).toBeGreaterThan(0)
    virtual.connect().send(get('/'))
    await virtual.settle()
    recorder.stop()
    expect(recorder.toChromeTrace()).toBe(text)
    expect(virtual.reactor.instruments).toBeNull()
  })

  it.each([0, -1, 1.5, NaN, Infinity, 16_777_217])('refuses a capacity of %d', (capacity) => {
    const { reactor } = makeServer()
    expect(() => new TraceRecorder(reactor, { capacity })).toThrow(
      expect.objectContaining({ code: 'CAL_ERR_OPTION' }),
    )
    expect(reactor.instruments).toBeNull()
  })
})

async function readAll(recorder: TraceRecorder, pieces: string[]): Promise<void> {
  for await (const piece of recorder.stream()) pieces.push(piece)
}

/** The pieces of a trace, with traffic between them. */
async function* take(recorder: TraceRecorder, virtual: VirtualServer): AsyncGenerator<string> {
  const pieces = recorder.stream()
  for (;;) {
    virtual.connect().send(get('/').repeat(50))
    await virtual.settle()
    const next = pieces.next()
    await virtual.settle()
    const { done, value } = await next
    if (done === true) return
    yield value
  }
}

describe('a trace that begins while a reply is owed', () => {
  it('leads a request to its own flush, not to that of the reply before', async () => {
    const waiting: Response[] = []
    const virtual = new VirtualServer((_asked, response) => void waiting.push(response))
    const client = virtual.connect().send(get('/old'))
    await virtual.settle()
    const recorder = new TraceRecorder(virtual.reactor)
    client.send(get('/new'))
    await virtual.settle()
    for (const response of waiting) {
      response.send()
      await virtual.pass(10)
    }
    const trace = traceOf(recorder)
    const flushes = flat(slicesOf(trace, FIRST)).filter(({ name }) => name === 'flush')
    expect(flushes.map(({ flows }) => flows.length)).toEqual([0, 1])
  })
})
