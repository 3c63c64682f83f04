import { expect, it } from 'vitest'
import { runSeed } from '../../simulation/workload.js'

/** Fewer on the other versions of Node; ten thousand by `npm run simulate -- --seeds 10000`. */
const SEEDS = Number(process.env['CALANDRIA_SIMULATION_SEEDS'] ?? 250)
const FIRST = Number(process.env['CALANDRIA_SEED'] ?? 1)
const PARTS = 10

console.log(`CALANDRIA_SEED=${FIRST}: ${SEEDS} seeds`)

it.each(Array.from({ length: PARTS }, (_, part) => part))(
  'a random workload keeps every invariant: part %i',
  async (part) => {
    let requests = 0
    for (let seed = FIRST + part; seed < FIRST + SEEDS; seed += PARTS) {
      requests += (await runSeed(seed)).requests // rejects with the seed and its trace
    }
    expect(requests).toBeGreaterThan(SEEDS / PARTS)
  },
)
