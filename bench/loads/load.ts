import { type Ask, type Place } from '../suite/ask.js'
import { type Checked } from '../suite/answer-check.js'

/** One stretch of load against one server. */
export interface Attack {
  readonly place: Place
  readonly asks: readonly Ask[]
  /** How many of them a connection sends in one go: all, or each alone. */
  readonly depth: number
  /** How it answered them when it was checked. */
  readonly checked: Checked
  readonly connections: number
  readonly seconds: number
  /** A new connection for every request. */
  readonly reconnects: boolean
  /** On a schedule that doesn't wait for answers; undefined: as fast as they come. */
  readonly requestsPerSecond: number | undefined
}

export interface Latencies {
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
}

export interface Volume {
  /** Requests that were answered completely. */
  readonly requests: number
  readonly seconds: number
  readonly latencies: Latencies | undefined
  /** Wrong answers, broken connections, time-outs: for people, with numbers. */
  readonly faults: readonly string[]
  /** Why the load doesn't vouch for its numbers. */
  readonly misgivings: readonly string[]
}

/** Something that sends requests, from a process of its own. */
export interface Load {
  readonly name: string
  /** @returns why it can't do this; undefined when it can */
  obstacle(attack: Attack): string | undefined
  /** What it must do once before its first run, so that no window has to hold it. */
  prepare?(): Promise<void>
  /** @throws when it did not run to its end */
  run(attack: Attack): Promise<Volume>
}
