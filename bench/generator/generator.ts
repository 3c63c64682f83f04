import type { IoCounters, Reactor } from 'calandria'
import type { LlhttpEngine } from 'calandria/llhttp'
import { ClosedLoop } from './closed-loop.js'
import { type Connect, ConnectionOpener } from './connection-opener.js'
import { InFlight } from './in-flight.js'
import { type LoadPlan, shareOf } from './load-plan.js'
import type { LoadProgress } from './load-progress.js'
import { LoopLag } from './loop-lag.js'
import { type Measurement, type Tally, type Usage, usedBetween } from './measurement.js'
import { OpenLoop } from './open-loop.js'
import { Recorder } from './recorder.js'
import { RequestSequence } from './request-sequence.js'
import { ResponseTemplates } from './response-templates.js'
import { Schedule } from './schedule.js'
import { type ConnectionKeeper, WireConnection } from './wire-connection.js'

/** Time-outs are looked for so many times within one. */
const LOOKS_A_TIMEOUT = 100
const LONGEST_LOOK_MS = 100
/** How long a run that was ended early waits for what is in flight. */
const GRACE_MS = 1000
/** More connections than this are reset at the end: each port would otherwise rest for a minute. */
const MOST_CLOSED_GENTLY = 1000

/** What a generator runs on: real in a process of its own, and anything in a simulation. */
export interface GeneratorParts {
  readonly reactor: Reactor
  readonly connect: Connect
  /** What the transports of {@link connect} count in. */
  readonly counters: Pick<IoCounters, 'reads' | 'writes' | 'bytesRead' | 'bytesWritten'>
  readonly engine: LlhttpEngine
  readonly usage: () => Usage
  readonly pid: number
}

/** One process's part of a run: its share of the connections and of the schedule. */
export class Generator implements ConnectionKeeper {
  readonly #parts: GeneratorParts
  readonly #plan: LoadPlan
  readonly #recorder = new Recorder()
  readonly #inFlight: InFlight
  readonly #connections: readonly WireConnection[]
  readonly #opener: ConnectionOpener
  readonly #pace: ClosedLoop | OpenLoop
  readonly #lag: LoopLag
  readonly #verified = { byComparison: 0, byParser: 0 }
  #closedByServer = 0
  #phase: LoadProgress['phase'] = 'connecting'
  #isInterrupted = false
  #openAtEnd = 0
  #before: (Tally & Usage) | null = null
  #after: (Tally & Usage) | null = null
  #finish: ((measurement: Measurement) => void) | null = null

  /** @param process which of the plan's processes this is, from 0 */
  constructor(parts: GeneratorParts, plan: LoadPlan, process: number) {
    const { reactor, engine } = parts
    const { requests, depth, requestsPerConnection, seed } = plan
    const connections = shareOf(plan.connections, process, plan.processes)
    this.#parts = parts
    this.#plan = plan
    this.#lag = new LoopLag(reactor)
    this.#inFlight = new InFlight(connections, depth, this.#recorder)
    const context = {
      reactor,
      engine,
      requests,
      depth,
      requestsPerConnection,
      recorder: this.#recorder,
      inFlight: this.#inFlight,
      verified: this.#verified,
      templates: new ResponseTemplates(requests.length),
      keepsBodies: requests.some(({ expect }) => expect.body !== null),
      sequence: new RequestSequence(requests, seed + process, depth),
      keeper: this,
    }
    this.#connections = Array.from({ length: connections }, (_, index) => new WireConnection(context, index))
    this.#opener = new ConnectionOpener(reactor, this.#recorder, parts.connect, (connection) =>
      this.roomOn(connection, reactor.now),
    )
    this.#pace = this.#makePace(process)
  }

  /**
   * Opens the connections; with a ramp only the first, as a trial.
   * @throws what the connector threw, when not one could be opened
   */
  async open(): Promise<void> {
    const first = this.#plan.rampMs > 0 ? this.#connections.slice(0, 1) : this.#connections
    if (first.length > 0) await this.#opener.openAll(first, this.#plan.timeoutMs)
  }

  /** @param startAt a reading of the reactor's clock that is to come, the same moment for all processes */
  run(startAt: number): Promise<Measurement> {
    const { rampMs, warmUpMs, durationMs } = this.#plan
    const windowAt = startAt + rampMs + warmUpMs
    const endAt = windowAt + durationMs
    this.#recorder.setWindow(windowAt, endAt)
    this.#at(startAt, () => this.#start(startAt))
    this.#at(windowAt, () => this.#openWindow())
    this.#at(endAt, () => this.#closeWindow(endAt, this.#plan.timeoutMs))
    return new Promise((resolve) => (this.#finish = resolve))
  }

  /** Ends the run early. */
  stop(): void {
    if (this.#after !== null || this.#finish === null) return
    const now = this.#parts.reactor.clock.now()
    this.#isInterrupted = true
    this.#recorder.cutWindow(now)
    this.#closeWindow(now, GRACE_MS)
  }

  get phase(): LoadProgress['phase'] {
    return this.#phase
  }

  get connectionsOpen(): number {
    return this.#connections.reduce((open, { isOpen }) => open + (isOpen ? 1 : 0), 0)
  }

  /** What it counts in while it runs. */
  get recorder(): Recorder {
    return this.#recorder
  }

  roomOn(connection: WireConnection, now: number): void {
    this.#pace.roomOn(connection, now)
    if (this.#phase === 'draining') this.#finishWhenDrained()
  }

  lost(connection: WireConnection): void {
    this.#opener.open(connection)
    if (this.#phase === 'draining') this.#finishWhenDrained()
  }

  closedByServer(): void {
    this.#closedByServer++
  }

  #makePace(process: number): ClosedLoop | OpenLoop {
    const { rate, burst, rampMs, processes, depth, spin } = this.#plan
    if (rate === null) return new ClosedLoop(this.#connections, depth)
    return new OpenLoop({
      reactor: this.#parts.reactor,
      schedule: new Schedule({ rate, burst, rampMs, process, processes }),
      recorder: this.#recorder,
      connections: this.#connections.length,
      depth,
      spin,
    })
  }

  #at(moment: number, callback: () => void): void {
    const { reactor } = this.#parts
    reactor.delay(Math.max(0, moment - reactor.clock.now()), callback)
  }

  #start(startAt: number): void {
    if (this.#isInterrupted) return
    const { rampMs, warmUpMs } = this.#plan
    this.#phase = rampMs > 0 ? 'ramp' : warmUpMs > 0 ? 'warm-up' : 'measuring'
    if (rampMs > 0) {
      this.#at(startAt + rampMs, () => {
        if (this.#phase === 'ramp') this.#phase = 'warm-up'
      })
      this.#openOverTime(startAt, 1)
    }
    this.#pace.start(startAt)
    this.#lookForTimeouts()
  }

  /** The ramp: connections are opened evenly over its time. */
  #openOverTime(startAt: number, from: number): void {
    const { length } = this.#connections
    if (this.#isInterrupted || from >= length) return
    const everyMs = this.#plan.rampMs / length
    const due = Math.min(length, Math.floor((this.#parts.reactor.clock.now() - startAt) / everyMs) + 1)
    for (const connection of this.#connections.slice(from, due)) {
      connection.freeSince = this.#parts.reactor.now
      this.#opener.open(connection)
    }
    const next = Math.max(from, due)
    this.#at(startAt + next * everyMs, () => this.#openOverTime(startAt, next))
  }

  #openWindow(): void {
    if (this.#isInterrupted) return
    this.#phase = 'measuring'
    this.#before = this.#look()
    this.#lag.start()
  }

  #closeWindow(endAt: number, patienceMs: number): void {
    if (this.#after !== null) return
    this.#after = this.#look()
    this.#before ??= this.#after
    this.#openAtEnd = this.connectionsOpen
    this.#lag.stop()
    this.#pace.stop(endAt)
    this.#phase = 'draining'
    this.#at(this.#parts.reactor.clock.now() + patienceMs + this.#lookEveryMs, () => this.#end())
    this.#finishWhenDrained()
  }

  #finishWhenDrained(): void {
    if (this.#inFlight.total === 0 && this.#pace.isDone) this.#end()
  }

  #end(): void {
    const finish = this.#finish
    if (finish === null || this.#after === null) return
    this.#finish = null
    const { now } = this.#parts.reactor
    this.#opener.stop()
    this.#pace.giveUp(now)
    const how = this.#connections.length > MOST_CLOSED_GENTLY ? 'abort' : 'close'
    for (const connection of this.#connections) connection.giveUp(how, now)
    finish(this.#measure())
  }

  get #lookEveryMs(): number {
    return Math.max(1, Math.min(this.#plan.timeoutMs / LOOKS_A_TIMEOUT, LONGEST_LOOK_MS))
  }

  #lookForTimeouts(): void {
    if (this.#finish === null) return
    const now = this.#parts.reactor.clock.now()
    for (const connection of this.#connections) {
      const waited = now - this.#inFlight.oldestSentAt(connection.index)
      if (waited >= this.#plan.timeoutMs) connection.timedOut(now)
    }
    this.#at(now + this.#lookEveryMs, () => this.#lookForTimeouts())
  }

  #look(): Tally & Usage {
    const { counters, usage } = this.#parts
    const { reads, writes, bytesRead, bytesWritten } = counters
    const { responses } = this.#recorder
    const idleMs = this.#pace instanceof OpenLoop ? this.#pace.idleMs : 0
    return { reads, writes, bytesRead, bytesWritten, responses, idleMs, ...this.#verified, ...usage() }
  }

  #measure(): Measurement {
    const pace = this.#pace
    const { start, end } = this.#recorder.window
    const records = this.#recorder.records()
    const before = this.#before as Tally & Usage
    return {
      pid: this.#parts.pid,
      windowMs: Math.max(0, end - start),
      isInterrupted: this.#isInterrupted,
      planned: pace instanceof OpenLoop ? pace.plannedWithin(start, end) : records.sent,
      records,
      connections: {
        asked: this.#connections.length,
        open: this.#openAtEnd,
        opened: this.#opener.opened,
        closedByServer: this.#closedByServer,
      },
      used: usedBetween(before, this.#after as Tally & Usage),
      lag: this.#lag.lateness.data(),
      schedule:
        pace instanceof OpenLoop
          ? {
              lateByGenerator: pace.lateByGenerator,
              lateByServer: pace.lateByServer,
              lateness: pace.lateness.data(),
            }
          : null,
    }
  }
}
