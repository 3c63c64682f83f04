import { readFileSync } from 'node:fs'
import { type Pinning } from '../pinning.js'
import { type Doubt } from './doubt.js'
import { ForeignWatch } from './foreign-watch.js'
import { type Usage, usedBetween } from './process-usage.js'
import { type RunningSubject } from './running-subject.js'

/** What a stretch of load took; absent where the system doesn't tell. */
export interface Used {
  /** CPU time of the subject. */
  readonly userNs?: number
  readonly kernelNs?: number
  readonly rssBytes?: number
  /** CPU time of the load's processes. */
  readonly loadSeconds?: number
  readonly doubts: readonly Doubt[]
}

/** A stretch of time: what the subject used in it, what the load used, and who else was busy on their cores. */
export class Window {
  readonly #running: RunningSubject
  readonly #watch: ForeignWatch
  readonly #subject: Usage | undefined
  readonly #loadSeconds: number | undefined

  /** The load must not have started, and the subject must be at rest. */
  constructor(running: RunningSubject, pinning: Pinning) {
    this.#running = running
    this.#watch = new ForeignWatch(pinning)
    this.#subject = running.usage()
    this.#loadSeconds = secondsOfEndedChildren()
  }

  /** The load's processes must have ended. */
  close(): Used {
    const after = this.#running.usage()
    const loadAfter = secondsOfEndedChildren()
    const load =
      this.#loadSeconds === undefined || loadAfter === undefined
        ? undefined
        : { loadSeconds: loadAfter - this.#loadSeconds }
    const subject =
      this.#subject === undefined || after === undefined
        ? undefined
        : { ...usedBetween(this.#subject, after), rssBytes: after.rssBytes }
    const ours =
      subject === undefined || load === undefined
        ? undefined
        : (subject.userNs + subject.kernelNs) / 1e9 + load.loadSeconds
    return { ...subject, ...load, doubts: this.#watch.doubts(ours) }
  }
}

/** CPU time of processes that this one has started and that have ended, their children included: proc_pid_stat(5). */
function secondsOfEndedChildren(): number | undefined {
  let text: string
  try {
    text = readFileSync('/proc/self/stat', 'latin1')
  } catch {
    return undefined
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}
