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
    const available = seconds * (this.#pinning.cores?.length ?? this.#pinning.coreCount)
    const doubts: Doubt[] = []
    const stolen = (end.stolen - this.#start.stolen) / available
    if (stolen > mostStolen) {
      doubts.push({ code: 'STOLEN_TIME', text: `${percent(stolen)} of their time`, spoils: 'all' })
    }
    if (ours === undefined) return doubts
    const all = end.busy - this.#start.busy
    const foreign = (all - ours - (harnessSeconds() - this.#startHarness)) / available
    if (foreign > mostForeign) {
      doubts.push({ code: 'FOREIGN_LOAD', text: `${percent(foreign)} of their time`, spoils: 'all' })
    }
    return doubts
  }
}

function harnessSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
