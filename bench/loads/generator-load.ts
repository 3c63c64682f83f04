import { calibrate, type LoadOptions, type LoadResult, type RequestPattern, runLoad } from 'calandria/bench'
import { type Pinning } from '../pinning.js'
import { type Ask } from '../suite/ask.js'
import { type Attack, type Latencies, type Load, type Volume } from './load.js'

/** Calandria's own load generator: it checks every answer, keeps schedules, and tells when it was the bottleneck. */
export class GeneratorLoad implements Load {
  readonly name = 'calandria-bench'
  readonly #pinning: Pinning
  readonly #calibrates: boolean
  #misgivings: Promise<readonly string[]> | undefined

  /** @param calibrates before its first load it reproduces known delays, which takes 20 seconds, three times that when it fails */
  constructor(pinning: Pinning, calibrates: boolean) {
    this.#pinning = pinning
    this.#calibrates = calibrates
  }

  obstacle(): undefined {
    return undefined
  }

  async prepare(): Promise<void> {
    await this.#standing()
  }

  async run(attack: Attack): Promise<Volume> {
    const standing = await this.#standing()
    const volume = volumeOf(await runLoad(optionsFor(attack, this.#pinning.cores?.[1])))
    return { ...volume, misgivings: [...standing, ...volume.misgivings] }
  }

  #standing(): Promise<readonly string[]> {
    return (this.#misgivings ??= this.#calibrate())
  }

  /** Who can't measure known delays has nothing to say about others. */
  async #calibrate(): Promise<readonly string[]> {
    if (!this.#calibrates) return []
    const { cores } = this.#pinning
    const { passed, checks } = await calibrate(
      cores === undefined ? {} : { serverCore: cores[0], cores: [cores[1]] },
    )
    const failed = checks.filter((check) => !check.passed).map(({ name }) => name)
    return passed ? [] : [`NOT_CALIBRATED: known delays were not reproduced: ${failed.join('; ')}`]
  }
}

function optionsFor(attack: Attack, core: number | undefined): LoadOptions {
  const { place, asks, depth, checked, connections, seconds, reconnects, requestsPerSecond } = attack
  return {
    url: `http://${place.host}:${place.port}/`,
    connections,
    depth,
    durationMs: seconds * 1000,
    // the window of the server's CPU time opens before the first request, and so must this one
    warmUpMs: 0,
    requests: patterns(asks, checked.bodies),
    ...(core === undefined ? {} : { cores: [core] }),
    ...(reconnects ? { requestsPerConnection: 1 } : {}),
    ...(requestsPerSecond === undefined ? {} : { rate: requestsPerSecond }),
  }
}

/** Equal requests become one pattern with a weight. */
function patterns(asks: readonly Ask[], bodies: readonly string[]): RequestPattern[] {
  const counts = new Map<string, { ask: Ask; body: string; weight: number }>()
  for (const [i, ask] of asks.entries()) {
    const key = JSON.stringify([ask.method, ask.path, ask.fields, ask.body])
    const known = counts.get(key)
    if (known === undefined) counts.set(key, { ask, body: bodies[i]!, weight: 1 })
    else known.weight++
  }
  return [...counts.values()].map(({ ask, body, weight }) => ({
    method: ask.method,
    path: ask.path,
    headers: ask.fields,
    weight,
    expect: { status: 200, body },
    ...(ask.body === '' ? {} : { body: ask.body }),
  }))
}

function volumeOf({ counts, seconds, latency, errors, validity }: LoadResult): Volume {
  const faults = [...Object.entries(errors.requests), ...Object.entries(errors.connections)]
    .filter(([, count]) => count > 0)
    .map(([tag, count]) => `${count.toLocaleString('en-US')} × ${tag}`)
  return {
    requests: counts.answered,
    seconds,
    latencies: latenciesOf(latency.fromPlan),
    faults,
    misgivings: validity.reasons.map(({ code, message }) => `${code}: ${message}`),
  }
}

function latenciesOf({ p50, p90, p99, p999, max }: LoadResult['latency']['fromPlan']): Latencies {
  return { p50Ms: p50, p90Ms: p90, p99Ms: p99, p999Ms: p999, maxMs: max }
}
