import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.js'
import { type Environment } from '../suite/environment.js'
import { metricNames } from '../suite/metric.js'
import { ResultsError } from '../suite/results.js'
import { type MeasuredRatio } from './guarded-ratios.js'

/** What the ratios were when somebody last said that they were good. */
export interface Baseline {
  readonly environment: Environment
  readonly ratios: readonly Omit<MeasuredRatio, 'isBelieved'>[]
}

export const baselinePath = join(root, 'bench/baseline.json')

/** @throws ResultsError when the file can't be read, or holds no baseline */
export function readBaseline(path: string): Baseline {
  let content: Partial<Baseline> | null
  try {
    content = JSON.parse(readFileSync(path, 'utf8')) as Partial<Baseline> | null
  } catch (error) {
    throw new ResultsError(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
  const { environment, ratios } = content ?? {}
  if (typeof environment !== 'object' || !Array.isArray(ratios) || !ratios.every(isRatio)) {
    throw new ResultsError(`${path} holds no baseline; --update writes one`)
  }
  return { environment, ratios }
}

function isRatio(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false
  const { scenario, metric, against, value, low, high } = given as Partial<MeasuredRatio>
  return (
    typeof scenario === 'string' &&
    typeof against === 'string' &&
    metricNames.some((name) => name === metric) &&
    [value, low, high].every((number) => typeof number === 'number' && number > 0)
  )
}

/** Rounded: no more digits than the measuring has. */
export function writeBaseline(
  path: string,
  environment: Environment,
  ratios: readonly MeasuredRatio[],
): void {
  const rounded = ratios.map(({ scenario, metric, against, ...estimate }) => ({
    scenario,
    metric,
    against,
    value: Number(estimate.value.toPrecision(4)),
    low: Number(estimate.low.toPrecision(4)),
    high: Number(estimate.high.toPrecision(4)),
  }))
  writeFileSync(path, `${JSON.stringify({ environment, ratios: rounded }, null, 2)}\n`)
}
