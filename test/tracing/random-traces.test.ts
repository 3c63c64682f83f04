import { expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import { TraceRecorder } from '../../src/tracing/trace-recorder.js'
import { get, post, request, VirtualServer } from '../http/memory-client.js'
import { seededRandom } from '../reactor/seed.js'
import { readTrace, type TraceEvent } from './trace-rules.js'

const RUNS = 60

type Random = (below: number) => number

/** Answers at once, late, in pieces, or never; and sometimes takes its time. */
function makeHandler(virtual: () => VirtualServer, random: Random): Handler {
  return async (_request, response) => {
    const { reactor, clock } = virtual()
    switch (random(6)) {
      case 0:
        await reactor.sleep(random(20))
        break
      case 1:
        response.write('x'.repeat(random(300)))
        await reactor.sleep(random(5))
        break
      case 2:
        clock.advance(random(4) / 2)
        break
      case 3:
        if (random(4) === 0) throw new Error('on purpose')
        break
      case 4:
        if (random(4) === 0) return
        break
      default:
    }
    response.end('y'.repeat(random(500)))
  }
}

function someRequests(random: Random): string {
  const kinds = [
    () => get('/').repeat(1 + random(20)),
    () => get(`/${random(1000)}`),
    () => post('/p', 'z'.repeat(random(100))),
    () => request('BREW', '/'),
    () => get('/cut').slice(0, random(20)),
    () => (random(10) === 0 ? 'nonsense\r\n\r\n' : get('/')),
  ]
  return Array.from({ length: 1 + random(3) }, () => kinds[random(kinds.length)]!()).join('')
}

/** What a run of clients who come, ask and go leaves behind. */
async function traceOfRun(run: number): Promise<{ text: string; isWhole: boolean }> {
  const numbers = seededRandom(run)
  const random: Random = (below) => Math.floor(numbers() * below)
  const policies = ['end-of-read', 'end-of-turn', 'per-response'] as const
  const virtual: VirtualServer = new VirtualServer(
    makeHandler(() => virtual, random),
    { flush: policies[random(3)]! },
  )
  const isWhole = run % 2 === 0
  const recorder = new TraceRecorder(virtual.reactor, { capacity: isWhole ? 100_000 : 1 + random(400) })
  const clients = Array.from({ length: 3 }, () => virtual.connect({ highWaterMark: 1 + random(2000) }))
  for (let step = 0; step < 12; step++) {
    const client = clients[random(3)]!
    if (client.isClosed || random(12) === 0) client.transport.abort()
    else if (!client.isEnded) client.send(someRequests(random))
    await virtual.pass(random(8))
  }
  return { text: recorder.toChromeTrace(), isWhole }
}

const count = (events: readonly TraceEvent[], ph: string, name: RegExp): number =>
  events.filter((event) => event.ph === ph && name.test(event.name)).length

it.each(Array.from({ length: RUNS }, (_, run) => run))(
  'the trace of random run %i keeps the rules of the format, whole or cut, and is the same again',
  async (run) => {
    const { text, isWhole } = await traceOfRun(run)
    const { traceEvents, otherData } = readTrace(text)
    if (isWhole) {
      expect(otherData.eventsLost).toBe(0)
      const flushesWithReplies = traceEvents.filter(
        ({ ph, name, args }) => ph === 'E' && name === 'flush' && Number(args!['replies']) > 0,
      )
      expect(count(traceEvents, 'f', /batch/)).toBe(flushesWithReplies.length)
    }
    expect((await traceOfRun(run)).text).toBe(text)
  },
)
