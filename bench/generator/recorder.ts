import { Histogram, type HistogramData } from './histogram.js'
import {
  CONNECTION_ERRORS,
  type ConnectionError,
  type ErrorExample,
  REQUEST_ERRORS,
  type RequestError,
} from './load-result.js'

/** Errors of each kind that are kept with their words. */
const MOST_EXAMPLES = 2
const SECOND_MS = 1000
const WRONG_RESPONSES: readonly RequestError[] = ['status', 'length', 'body', 'order']
const WAITED_IN_VAIN: readonly RequestError[] = ['timeout', 'unsent', 'unanswered']

/** What one process has counted, ready to be merged with others. */
export interface Records {
  readonly answered: number
  readonly sent: number
  /** Good responses that arrived within the window. */
  readonly arrived: number
  readonly requestErrors: Record<RequestError, number>
  readonly connectionErrors: Record<ConnectionError, number>
  readonly examples: readonly ErrorExample[]
  readonly fromPlan: HistogramData
  readonly fromSend: HistogramData
  readonly depthSum: number
  readonly deepest: number
  /** In which the requests left. */
  readonly writes: number
  readonly seconds: readonly SecondRecord[]
}

export interface SecondRecord {
  readonly latencies: HistogramData
  readonly errors: number
}

/**
 * Counts what becomes of the requests of the window. A request belongs to it when its planned time does; what arrives
 * within it is counted besides, for the rate and for the timeline. All times are readings of the reactor's clock.
 */
export class Recorder {
  /** Responses so far, of the whole run, good ones and others. */
  responses = 0
  /** Failures so far, of requests and connections, of the whole run. */
  errors = 0
  #start = Infinity
  #end = Infinity
  #answered = 0
  #sent = 0
  #arrived = 0
  #depthSum = 0
  #deepest = 0
  #writes = 0
  readonly #fromPlan = new Histogram()
  readonly #fromSend = new Histogram()
  readonly #requestErrors = zeroes(REQUEST_ERRORS)
  readonly #connectionErrors = zeroes(CONNECTION_ERRORS)
  readonly #examples: ErrorExample[] = []
  readonly #seconds: SecondRecord[] = []
  readonly #second = new Histogram()
  #secondErrors = 0
  #secondEnd = Infinity
  /** Since the last {@link takeRecent}. */
  readonly #recent = new Histogram()

  /** The window, from now on. */
  setWindow(start: number, end: number): void {
    this.#start = start
    this.#end = end
    this.#secondEnd = start + SECOND_MS
  }

  /** The run is ended early. */
  cutWindow(end: number): void {
    this.#end = Math.min(this.#end, end)
  }

  get window(): { readonly start: number; readonly end: number } {
    return { start: this.#start, end: this.#end }
  }

  isInWindow(at: number): boolean {
    return at >= this.#start && at < this.#end
  }

  /** @param depth requests in flight on the connection, with this one */
  sent(plannedAt: number, depth: number): void {
    if (!this.isInWindow(plannedAt)) return
    this.#sent++
    this.#depthSum += depth
    if (depth > this.#deepest) this.#deepest = depth
  }

  /** Requests have left in one write; the first of them was planned then. */
  wrote(plannedAt: number): void {
    if (this.isInWindow(plannedAt)) this.#writes++
  }

  /** `count` requests with the same stamps have got good answers. */
  answered(plannedAt: number, sentAt: number, now: number, count: number): void {
    this.responses += count
    this.#recent.add(now - plannedAt, count)
    if (now >= this.#secondEnd) this.#endSeconds(now)
    if (now >= this.#start && now < this.#end) {
      this.#arrived += count
      this.#second.add(now - plannedAt, count)
    }
    if (plannedAt < this.#start || plannedAt >= this.#end) return
    this.#answered += count
    this.#fromPlan.add(now - plannedAt, count)
    this.#fromSend.add(now - sentAt, count)
  }

  /** @param sentAt `NaN` when it was never sent */
  failed(tag: RequestError, plannedAt: number, sentAt: number, now: number, message: () => string): void {
    this.#countError(now)
    this.#keepExample(tag, now, message)
    if (WRONG_RESPONSES.includes(tag)) this.responses++
    if (!this.isInWindow(plannedAt)) return
    this.#requestErrors[tag]++
    // Leaving out who waited in vain would hide the slowest of all: they count with what is known of them.
    if (!WAITED_IN_VAIN.includes(tag)) return
    this.#fromPlan.add(now - plannedAt)
    if (!Number.isNaN(sentAt)) this.#fromSend.add(now - sentAt)
  }

  connectionFailed(tag: ConnectionError, now: number, message: () => string): void {
    this.#countError(now)
    this.#connectionErrors[tag]++
    this.#keepExample(tag, now, message)
  }

  /** Latencies since the last call. */
  takeRecent(): HistogramData {
    const data = this.#recent.data()
    this.#recent.reset()
    return data
  }

  /** The window is over, and so is what was in flight. */
  records(): Records {
    this.#endSeconds(this.#end)
    const isPartLeft = this.#end - (this.#secondEnd - SECOND_MS) > 0.5
    if (isPartLeft) this.#endSecond()
    return {
      answered: this.#answered,
      sent: this.#sent,
      arrived: this.#arrived,
      requestErrors: this.#requestErrors,
      connectionErrors: this.#connectionErrors,
      examples: this.#examples,
      fromPlan: this.#fromPlan.data(),
      fromSend: this.#fromSend.data(),
      depthSum: this.#depthSum,
      deepest: this.#deepest,
      writes: this.#writes,
      seconds: this.#seconds,
    }
  }

  #countError(now: number): void {
    this.errors++
    if (now >= this.#secondEnd) this.#endSeconds(now)
    if (this.isInWindow(now)) this.#secondErrors++
  }

  #keepExample(tag: RequestError | ConnectionError, now: number, message: () => string): void {
    if (this.#examples.filter((one) => one.tag === tag).length >= MOST_EXAMPLES) return
    const at = this.#start === Infinity ? 0 : (now - this.#start) / 1000
    this.#examples.push({ tag, at, message: message() })
  }

  /** Closes every second of the window that is over. */
  #endSeconds(now: number): void {
    while (now >= this.#secondEnd && this.#secondEnd <= this.#end) this.#endSecond()
  }

  #endSecond(): void {
    this.#seconds.push({ latencies: this.#second.data(), errors: this.#secondErrors })
    this.#second.reset()
    this.#secondErrors = 0
    this.#secondEnd += SECOND_MS
  }
}

function zeroes<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
}
