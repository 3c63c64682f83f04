import { type ActName } from './act.js'
import { type Ask } from './ask.js'

interface Common {
  readonly name: string
  /** `--only` takes the names of groups, too. */
  readonly groups: readonly string[]
  readonly about: string
  /** What the subjects must do. */
  readonly act: ActName
}

/** A load for some seconds, round after round. */
export interface LoadScenario extends Common {
  readonly kind: 'load'
  readonly connections: number
  /** What a connection sends in one go; it waits for all the answers before it sends more. */
  readonly asks: readonly Ask[]
  /** A new connection for every request. */
  readonly reconnects?: true
  /** Absent: as fast as the subject answers. */
  readonly pace?: Pace
  /** Connections that take long to open need a longer window. */
  readonly leastSeconds?: number
}

/** Requests per second on a schedule that doesn't wait for answers. */
export type Pace =
  | { readonly requestsPerSecond: number }
  /** Of what this subject was found to answer at most, in the same run. */
  | { readonly share: number }

/** Connections that asked once and now rest: what memory do they take? A fresh process for every number. */
export interface IdleScenario extends Common {
  readonly kind: 'idle'
  readonly connections: number
  readonly asks: readonly [Ask]
}

/** From the command to the first answer, and the memory of a process that rests after it. */
export interface StartScenario extends Common {
  readonly kind: 'start'
  readonly asks: readonly [Ask]
}

/** Fast requests before and behind a slow one, all in one packet: how long are ready replies held? */
export interface HeldScenario extends Common {
  readonly kind: 'held'
  readonly asks: readonly Ask[]
  /** How many come before the slow one. */
  readonly before: number
}

export type Scenario = LoadScenario | IdleScenario | StartScenario | HeldScenario

/** How many requests go in one write. */
export const depthOf = ({ asks }: Scenario): number => asks.length
