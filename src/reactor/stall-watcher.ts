/**
 * The watching thread: looks at the heartbeat every few milliseconds, and when it stands still, at the stack of the
 * thread that should beat. It is started by `stall-watchdog.ts`, as a file of its own.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { LAST_BEAT, STALLED_BEAT, STALLS } from './heartbeat.js'
import type { SettleRequest, WatcherMessage, WatcherOptions } from './stall-messages.js'
import { StallSources } from './stall-sources.js'
import { type RawStack, StackLook } from './stall-stack.js'

/** When this thread was itself not let run, a long silence proves nothing: it must have been heard so many times. */
const LEAST_SIGHTINGS = 3
/** So many times within the limit it is heard again, once it has lasted as long as the limit. */
const SIGHTINGS_WITHIN_LIMIT = 6
const MINUTE_MS = 60_000

class StallWatcher {
  readonly #options: WatcherOptions
  readonly #moments: Float64Array
  readonly #marks: Int32Array
  readonly #sources = new StallSources()
  readonly #reporting = new Set<Promise<void>>()
  #beat = 0
  #sightings = 0
  #isStalled = false
  #stackLook: { readonly over: (stack: RawStack | null) => void } | null = null
  #reportedAt: number[] = []
  #suppressed = 0

  constructor(options: WatcherOptions) {
    this.#options = options
    this.#moments = new Float64Array(options.memory, 0, 2)
    this.#marks = new Int32Array(options.memory)
  }

  /** Looks, and again when by then the silence could be too long: while the heart beats, once a limit. */
  watch(): void {
    setTimeout(() => this.watch(), Math.max(this.#look(this.#now()), 1))
  }

  /** The watched thread's clock: beats are its readings. */
  #now(): number {
    return process.uptime() * 1000 - this.#options.clockBehindMs
  }

  /** @returns in how many milliseconds to look again */
  #look(now: number): number {
    const { limitMs } = this.#options
    const soonMs = limitMs / SIGHTINGS_WITHIN_LIMIT
    const beat = this.#moments[LAST_BEAT] as number
    if (beat !== this.#beat) {
      this.#stackLook?.over(null) // it has ended before its stack was seen
      this.#beat = beat
      this.#sightings = 0
      this.#isStalled = false
    }
    if (beat === 0) return limitMs
    if (this.#isStalled) return soonMs
    const silentMs = now - beat
    if (silentMs < limitMs) return limitMs - silentMs
    if (++this.#sightings >= LEAST_SIGHTINGS) this.#stalled(now)
    return soonMs
  }

  /** Resolves when nothing is left to report. */
  async settle(): Promise<void> {
    this.#look(this.#now())
    while (this.#reporting.size > 0) await Promise.all(this.#reporting)
  }

  #stalled(now: number): void {
    this.#isStalled = true
    this.#moments[STALLED_BEAT] = this.#beat
    const stall = Atomics.add(this.#marks, STALLS, 1) + 1
    this.#reportedAt = this.#reportedAt.filter((moment) => now - moment < MINUTE_MS)
    if (this.#reportedAt.length >= this.#options.reportsPerMinute) {
      this.#suppressed++
      return
    }
    this.#reportedAt.push(now)
    const suppressed = this.#suppressed
    this.#suppressed = 0
    const reporting = this.#report(stall, suppressed)
    this.#reporting.add(reporting)
    void reporting.finally(() => this.#reporting.delete(reporting))
  }

  async #report(stall: number, suppressed: number): Promise<void> {
    const raw = this.#options.canAsk ? await this.#stack(this.#beat) : null
    const stack = raw === null ? null : { ...(await this.#sources.resolve(raw.frames)), isLate: raw.isLate }
    tell({ kind: 'stall', stall, stack, work: raw?.work ?? null, suppressed })
  }

  /** @returns the stack of this very stall, or `null` when there is none to be had */
  #stack(beat: number): Promise<RawStack | null> {
    return new Promise((resolve) => {
      try {
        const look = new StackLook((stack) => {
          // The other thread stood still until now, so what it last said still holds.
          over(this.#moments[LAST_BEAT] === beat ? stack : null)
        })
        const over = (stack: RawStack | null): void => {
          this.#stackLook = null
          look.giveUp()
          resolve(stack)
        }
        this.#stackLook = { over }
      } catch {
        resolve(null) // no inspector in this Node, or it is refused
      }
    })
  }
}

function tell(message: WatcherMessage): void {
  parentPort?.postMessage(message)
}

const options = workerData as WatcherOptions
const watcher = new StallWatcher(options)
watcher.watch()
parentPort?.on('message', ({ settle }: SettleRequest) => {
  void watcher.settle().then(() => tell({ kind: 'settled', request: settle }))
})
tell({ kind: 'watching' })
