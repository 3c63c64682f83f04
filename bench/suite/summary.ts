import {
  type Estimate,
  medianEstimate,
  medianOf,
  pairedRatioEstimate,
  ratioEstimate,
} from '../statistics/bootstrap.js'
import { type Doubt, spoils } from './doubt.js'
import { type Measurement } from './measurement.js'
import { type MetricName, metricNames } from './metric.js'

/** A metric of a subject in a scenario, over all rounds: the median. */
export interface Figure {
  readonly value: number
  /** The values behind it, in the order of the rounds. */
  readonly values: readonly number[]
  /** Rounds that were believed, and rounds that gave this metric. When none was believed, all are shown. */
  readonly believed: number
  readonly rounds: number
  /** Ratio of the medians, so that a reader can check it; undefined when the floor was not measured. */
  readonly toFloor: number | undefined
}

export type Figures = Readonly<Partial<Record<MetricName, Figure>>>

interface Value {
  readonly round: number
  readonly value: number
  readonly isBelieved: boolean
}

/** Medians over the rounds, by scenario, subject and metric. Rounds that can't be believed don't count, if others can. */
export class Summary {
  readonly #byKey = new Map<string, Measurement[]>()
  readonly #figures = new Map<string, Figure | undefined>()
  readonly #seed: number

  constructor(measurements: readonly Measurement[], seed = 1) {
    this.#seed = seed
    for (const one of measurements) {
      const key = keyOf(one.scenario, one.subject)
      const same = this.#byKey.get(key)
      if (same === undefined) this.#byKey.set(key, [one])
      else same.push(one)
    }
  }

  figures(scenario: string, subject: string): Figures {
    const figures: Partial<Record<MetricName, Figure>> = {}
    for (const metric of metricNames) {
      const figure = this.figure(scenario, subject, metric)
      if (figure !== undefined) figures[metric] = figure
    }
    return figures
  }

  figure(scenario: string, subject: string, metric: MetricName): Figure | undefined {
    const key = `${keyOf(scenario, subject)}\0${metric}`
    if (!this.#figures.has(key)) this.#figures.set(key, this.#compute(scenario, subject, metric))
    return this.#figures.get(key)
  }

  /** Where a figure's median probably lies. */
  interval({ values }: Figure): Estimate {
    return medianEstimate(values, this.#seed)
  }

  /** The ratio of two subjects' medians, with its confidence interval; undefined when one of them has no value. */
  ratio(scenario: string, metric: MetricName, above: string, below: string): Estimate | undefined {
    const [over, under] = [this.#counted(scenario, above, metric), this.#counted(scenario, below, metric)]
    if (over.length === 0 || under.length === 0 || under.some(({ value }) => value === 0)) return undefined
    const pairs = over.flatMap(({ round, value }): [number, number][] => {
      const partner = under.find((one) => one.round === round)
      return partner === undefined ? [] : [[value, partner.value]]
    })
    // rounds are interleaved, so what happened to the machine in one of them happened to both
    if (pairs.length === over.length && pairs.length === under.length) {
      return pairedRatioEstimate(pairs, this.#seed)
    }
    return ratioEstimate(
      over.map(({ value }) => value),
      under.map(({ value }) => value),
      this.#seed,
    )
  }

  /**
   * The values by round, those in doubt left out, if there are others.
   * @param relative each divided by the floor's of the same round; rounds that the floor hasn't are left out
   */
  values(scenario: string, subject: string, metric: MetricName, relative = false): number[] {
    const values = this.#counted(scenario, subject, metric)
    if (!relative) return values.map(({ value }) => value)
    const floor = this.#counted(scenario, 'floor', metric)
    return values.flatMap(({ round, value }) => {
      const below = floor.find((one) => one.round === round)?.value ?? 0
      return below === 0 ? [] : [value / below]
    })
  }

  /** Every different doubt about what a subject did, and how many rounds had one of this kind. */
  doubts(scenario: string, subject: string): { doubt: Doubt; rounds: number }[] {
    const found = new Map<string, { doubt: Doubt; rounds: number }>()
    for (const { doubts } of this.#of(scenario, subject)) {
      for (const doubt of doubts) {
        const known = found.get(doubt.code)
        if (known === undefined) found.set(doubt.code, { doubt, rounds: 1 })
        else known.rounds++
      }
    }
    return [...found.values()]
  }

  failure(scenario: string, subject: string): string | undefined {
    return this.#of(scenario, subject).find(({ failure }) => failure !== undefined)?.failure
  }

  #of(scenario: string, subject: string): readonly Measurement[] {
    return this.#byKey.get(keyOf(scenario, subject)) ?? []
  }

  #compute(scenario: string, subject: string, metric: MetricName): Figure | undefined {
    const all = this.#values(scenario, subject, metric)
    const counted = this.#counted(scenario, subject, metric)
    if (counted.length === 0) return undefined
    const values = counted.map(({ value }) => value)
    const value = medianOf(values)
    const floor = this.#counted(scenario, 'floor', metric).map((one) => one.value)
    const below = floor.length === 0 ? 0 : medianOf(floor)
    return {
      value,
      values,
      believed: all.filter(({ isBelieved }) => isBelieved).length,
      rounds: all.length,
      toFloor: below === 0 ? undefined : value / below,
    }
  }

  #counted(scenario: string, subject: string, metric: MetricName): Value[] {
    const all = this.#values(scenario, subject, metric)
    const believed = all.filter(({ isBelieved }) => isBelieved)
    return believed.length > 0 ? believed : all
  }

  #values(scenario: string, subject: string, metric: MetricName): Value[] {
    return this.#of(scenario, subject)
      .flatMap(({ round, metrics, doubts }) => {
        const value = metrics[metric]
        return value === undefined ? [] : [{ round, value, isBelieved: !spoils(doubts, metric) }]
      })
      .sort((a, b) => a.round - b.round)
  }
}

const keyOf = (scenario: string, subject: string): string => `${scenario}\0${subject}`
