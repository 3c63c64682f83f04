/** Keeping time between handlers: the pacer, a look at the clock after each of them, and none at all. */
import { ok } from 'node:assert/strict'
import { Pacer } from '#calandria/http/pacer.js'
import { PathEntry } from '#calandria/http/path-cache.js'
import { Reactor } from '#calandria/reactor/reactor.js'
import { compare, type Case } from './compare.js'

const BUDGET_MS = 1

const reactor = new Reactor({ driver: null })
const { clock } = reactor

/** Looks after each handler, and keeps the same averages. */
class PlainPacer {
  repliesHeld = 0
  #tick = 0

  begin(now: number): void {
    this.#tick = now
  }

  expectedMs(path: PathEntry): number {
    return path.averageMs
  }

  afterHandler(path: PathEntry, repliesWaiting: number): void {
    const now = clock.now()
    const elapsed = now - this.#tick
    this.#tick = now
    if (elapsed > BUDGET_MS) this.repliesHeld += repliesWaiting
    path.averageMs = path.averageMs === Infinity ? elapsed : (path.averageMs + elapsed) / 2
  }
}

let handled = 0
/** How often a reply would have left early. It depends on the machine's mood, so it's counted and not compared. */
let flushes = 0

/** As short as a handler can be; `isSlow` holds the loop. */
function handle(isSlow = false): void {
  handled++
  if (!isSlow) return
  const until = clock.now() + 3 * BUDGET_MS
  while (clock.now() < until) continue
}

/** One read of so many requests, dispatched as a connection does it */
function paced(pacer: Pacer, path: PathEntry, requests: number, slow = -1): number {
  pacer.begin(clock.now())
  for (let i = 0; i < requests; i++) {
    if (pacer.expectedMs(path, i) > BUDGET_MS) flushes++
    handle(i === slow)
    pacer.afterHandler(path, i)
  }
  pacer.end(requests)
  return requests
}

function plainlyPaced(pacer: PlainPacer, path: PathEntry, requests: number, slow = -1): number {
  pacer.begin(clock.now())
  for (let i = 0; i < requests; i++) {
    if (pacer.expectedMs(path) > BUDGET_MS) flushes++
    handle(i === slow)
    pacer.afterHandler(path, i)
  }
  return requests
}

function unpaced(requests: number): number {
  clock.now() // as reactor.enter() does
  for (let i = 0; i < requests; i++) handle()
  return requests
}

function caseOf(requests: number): Case {
  const plainPacer = new PlainPacer()
  const plainPath = new PathEntry('/', 0, null)
  const pacer = new Pacer(reactor, BUDGET_MS)
  const path = new PathEntry('/', 0, null)
  for (let i = 0; i < 10; i++) plainlyPaced(plainPacer, plainPath, requests) // both know their path now
  for (let i = 0; i < 10; i++) paced(pacer, path, requests)

  // Nobody foresees the slow handler, and both must notice that it held replies.
  const slow = requests >> 1
  plainlyPaced(plainPacer, plainPath, requests, slow)
  paced(pacer, path, requests, slow)
  ok(requests === 1 || (plainPacer.repliesHeld >= slow && pacer.repliesHeld >= slow))

  const ways = [
    { name: 'clock after each handler', run: () => plainlyPaced(plainPacer, plainPath, requests) },
    { name: 'Pacer', run: () => paced(pacer, path, requests) },
    { name: 'none', run: () => unpaced(requests) },
  ]
  return { input: `${requests} a read`, operations: requests, ways }
}

compare('Pacer: handlers that do nothing', 'handler', [1, 24].map(caseOf))
ok(handled > flushes)
