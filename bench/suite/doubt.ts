import { type MetricName } from './metric.js'

export type DoubtCode =
  /** The server waited for the load: what was counted is what the load could do. */
  | 'LOAD_BOUND'
  /** Somebody else used the cores. */
  | 'FOREIGN_LOAD'
  /** Another virtual machine did. */
  | 'STOLEN_TIME'
  /** Answers were wrong, or connections broke. */
  | 'WRONG_ANSWERS'
  /** The load generator says that it can't vouch for its numbers. */
  | 'GENERATOR'

/** Why numbers of a measurement are not to be believed. They are shown all the same, crossed out. */
export interface Doubt {
  readonly code: DoubtCode
  /** For people, with numbers. */
  readonly text: string
  readonly spoils: readonly MetricName[] | 'all'
}

export const spoils = (doubts: readonly Doubt[], metric: MetricName): boolean =>
  doubts.some((doubt) => doubt.spoils === 'all' || doubt.spoils.includes(metric))

/** What each kind of doubt means, for people. */
export const doubtMeanings: Readonly<Record<DoubtCode, string>> = {
  LOAD_BOUND: "the load was the bottleneck; requests/s are not the server's best, its CPU time holds",
  FOREIGN_LOAD: 'other processes used the cores',
  STOLEN_TIME: 'other virtual machines used the cores',
  WRONG_ANSWERS: 'wrong answers or broken connections',
  GENERATOR: "the load generator doesn't vouch for its numbers",
}
