/**
 * A program: no server, but rounds of the loop that all do the same small work, nothing but counting. How long these are held
 * is what the machine does to any process, and nobody's fault.
 */
import { HoldMeter } from './hold-meter.js'
import { obey, reportReady } from './messages.js'
import { CONTROL_MS, CONTROL_ROUNDS } from './worst-case.js'

let sum = 0

function count(iterations: number): void {
  for (let i = 0; i < iterations; i++) sum = (Math.imul(sum, 31) + i) | 0
}

/** The fastest of many tries, which is the one that nobody disturbed. */
function iterationsPerMs(): number {
  const tried = 100_000
  let least = Infinity
  for (let i = 0; i < 200; i++) {
    const started = performance.now()
    count(tried)
    least = Math.min(least, performance.now() - started)
  }
  return tried / least
}

const iterations = Math.round(iterationsPerMs() * CONTROL_MS)
const meter = new HoldMeter()

obey(async (order) => {
  if (order === 'begin') meter.start()
  if (order === 'act') {
    for (let i = 0; i < CONTROL_ROUNDS; i++) {
      count(iterations)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return order === 'end' ? { holds: meter.stop() } : {}
})
reportReady()
