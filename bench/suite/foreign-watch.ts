import { type Pinning } from '../pinning.js'
import { type Doubt } from './doubt.js'
import { machineUsage, type MachineUsage } from './machine-usage.js'

/** Shares of the cores' time that others may take before a measurement is worth nothing. */
const mostForeign = 0.05
const mostStolen = 0.05
/** The kernel's counters go in steps of 10 ms, and so can't judge a moment. */
const shortestJudgedSeconds = 0.5

/** Looks at who else uses the cores of a measurement, from its making on. */
export class ForeignWatch {
  readonly #pinning: Pinning
  readonly #startMs = performance.now()
  readonly #startHarness = harnessSeconds()
  readonly #start: MachineUsage | undefined

  constructor(pinning: Pinning) {
    this.#pinning = pinning
    this.#start = machineUsage(pinning.cores)
  }

  /** @param ours CPU time of the subject and the load since then, in seconds; undefined when nobody knows */
  doubts(ours: number | undefined): Doubt[] {
    const seconds = (performance.now() - this.#startMs) / 1000
    const end = machineUsage(this.#pinning.cores)
    if (this.#start === undefined || end === undefined || seconds < shortestJudgedSeconds) return []
    return judgeCores({
      available: seconds * (this.#pinning.cores?.length ?? this.#pinning.coreCount),
      busy: end.busy - this.#start.busy,
      idle: end.idle - this.#start.idle,
      stolen: end.stolen - this.#start.stolen,
      ours: ours === undefined ? undefined : ours + harnessSeconds() - this.#startHarness,
    })
  }
}

/** What became of the cores' time, in seconds. */
export interface CoreTime {
  readonly available: number
  readonly busy: number
  readonly idle: number
  readonly stolen: number
  /** Undefined: nobody knows, so nobody can be blamed. */
  readonly ours: number | undefined
}

/**
 * Linux counts `busy` at its ticks, so a process that wakes with them looks busy all the time, and measures `idle`: what is
 * neither idle nor stolen is the most that anybody can have used.
 */
export function judgeCores({ available, busy, idle, stolen, ours }: CoreTime): Doubt[] {
  const doubts: Doubt[] = []
  const stolenShare = stolen / available
  if (stolenShare > mostStolen) {
    doubts.push({ code: 'STOLEN_TIME', text: `${percent(stolenShare)} of their time`, spoils: 'all' })
  }
  const foreignShare = ours === undefined ? 0 : (Math.min(busy, available - idle - stolen) - ours) / available
  if (foreignShare > mostForeign) {
    doubts.push({ code: 'FOREIGN_LOAD', text: `${percent(foreignShare)} of their time`, spoils: 'all' })
  }
  return doubts
}

function harnessSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
