/**
 * The program of a server with known delays, which the generator is calibrated with. `delay` answers each request 100 ms
 * after it came; `stall` answers at once, but stands still for a second out of ten.
 */
import { Reactor, type Response, serve } from 'calandria'
import { DELAY_MS, STALL_MS, STALL_PERIOD_MS } from './calibration-delays.js'

/** A moment nearer than this is awaited in a busy loop: timers would be late. */
const SPIN_BELOW_MS = 1.5

const reactor = new Reactor()

/** Answers in the order in which they came, each after exactly the same time. */
class DelayedAnswers {
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
    while (this.#waiting[0] !== undefined && this.#waiting[0].dueAt <= now)
      this.#waiting.shift()?.response.send('late')
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
process.on('disconnect', () => process.exit())
process.send?.(server.address.port)
