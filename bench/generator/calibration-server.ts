/**
 * The program of a server with known delays, which the generator is calibrated with. `delay` answers each request 100 ms
 * after it came, and tells how long it really took when it is asked; `stall` answers at once, but stands still for a second
 * out of ten.
 */
import { Reactor, type Response, serve } from 'calandria'
import { DELAY_MS, STALL_MS, STALL_PERIOD_MS } from './calibration-delays.js'
import { DelayRecord } from './delay-record.js'

/** A moment nearer than this is awaited in a busy loop: timers would be late. Measured: 3 are enough, with 1.5 they were not. */
const SPIN_BELOW_MS = 3

const reactor = new Reactor()

/** Answers in the order in which they came, each after the same time, as exactly as the machine allows. */
class DelayedAnswers {
  readonly record = new DelayRecord()
  readonly #waiting: { readonly response: Response; readonly dueAt: number }[] = []

  add(response: Response): void {
    this.#waiting.push({ response, dueAt: reactor.clock.now() + DELAY_MS })
    if (this.#waiting.length === 1) this.#wait()
  }

  #wait(): void {
    const next = this.#waiting[0]
    if (next === undefined) return
    const left = next.dueAt - reactor.clock.now()
    if (left > SPIN_BELOW_MS) reactor.delay(left - SPIN_BELOW_MS, () => this.#wait())
    else reactor.post(() => this.#answerDue())
  }

  #answerDue(): void {
    const now = reactor.clock.now()
    for (let next = this.#waiting[0]; next !== undefined && next.dueAt <= now; next = this.#waiting[0]) {
      this.#waiting.shift()
      next.response.send('late')
      this.record.add(now, now - next.dueAt + DELAY_MS)
    }
    this.#wait()
  }
}

/** Nobody is served meanwhile: the whole thread stands. */
function stall(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS)
}

const isStalling = process.argv[2] === 'stall'
const answers = new DelayedAnswers()
const server = await serve({
  reactor,
  host: '127.0.0.1',
  port: 0,
  handler: (_request, response) => {
    if (isStalling) response.send('soon')
    else answers.add(response)
  },
})
if (isStalling) setInterval(stall, STALL_PERIOD_MS)
process.on('message', (windowMs: number) => process.send?.(answers.record.latest(windowMs)))
process.on('disconnect', () => process.exit())
process.send?.(server.address.port)
