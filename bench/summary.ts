import { type Measurement } from './measure.js'
import { metricNames, type MetricName } from './metric.js'
import { type ScenarioName } from './scenario.js'
import { type SubjectName } from './subject-process.js'

export interface Figure {
  readonly median: number
  readonly min: number
  readonly max: number
  /** Ratio of the medians, so that a reader can check it; undefined when the floor was not measured. */
  readonly toFloor: number | undefined
}

export type Figures = Partial<Record<MetricName, Figure>>

/** Medians over the rounds, by scenario, subject and metric. */
export class Summary {
  readonly #measurements: readonly Measurement[]

  constructor(measurements: readonly Measurement[]) {
    this.#measurements = measurements
  }

  figures(scenario: ScenarioName, subject: SubjectName): Figures {
    const figures: Figures = {}
    for (const metric of metricNames) {
      const figure = this.figure(scenario, subject, metric)
      if (figure !== undefined) figures[metric] = figure
    }
    return figures
  }

  figure(scenario: ScenarioName, subject: SubjectName, metric: MetricName): Figure | undefined {
    const values = this.#values(scenario, subject, metric)
    if (values.length === 0) return undefined
    const floor = this.#values(scenario, 'floor', metric)
    const median = medianOf(values)
    return {
      median,
      min: values[0]!,
      max: values.at(-1)!,
      toFloor: floor.length === 0 ? undefined : median / medianOf(floor),
    }
  }

  #values(scenario: ScenarioName, subject: SubjectName, metric: MetricName): readonly number[] {
    return this.#measurements
      .filter((one) => one.scenario === scenario && one.subject === subject)
      .map((one) => one.metrics[metric])
      .filter((value) => value !== undefined)
      .sort((a, b) => a - b)
  }
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
