import { type Loads } from '../loads/choose-load.js'
import { type Pinning } from '../pinning.js'
import { type Subject } from '../subjects/subject.js'
import { type Measurement, type MeasurementKey } from './measurement.js'
import { type Scenario } from './scenario.js'

/** What the measuring of a scenario needs, and where its measurements go. */
export interface Bench {
  readonly subjects: readonly Subject[]
  readonly rounds: number
  readonly seconds: number
  readonly warmUpSeconds: number
  /** How long a subject may take until it answers, in milliseconds. Default 15,000. */
  readonly patienceMs?: number
  /** The Node.js that runs programs of Node.js. */
  readonly node: string
  readonly pinning: Pinning
  readonly loads: Pick<Loads, 'for'>
  readonly seed: number
  /** Whether strace can count system calls. */
  readonly canTrace: boolean
  /** Measured in an earlier run that this one continues. */
  isDone(key: MeasurementKey): boolean
  /** Called as soon as there is one. */
  record(measurement: Measurement): void
  progress(text: string): void
}

export function failed({ name }: Scenario, subject: Subject, round: number, error: unknown): Measurement {
  const failure = error instanceof Error ? error.message : String(error)
  return { ...stamp(name, subject.name, round), metrics: {}, doubts: [], failure }
}

export function stamp(
  scenario: string,
  subject: string,
  round: number,
): Pick<Measurement, 'scenario' | 'subject' | 'round' | 'at'> {
  return { scenario, subject, round, at: new Date().toISOString() }
}
