import type { Server } from '../../http/server.js'
import { Op, ValueKind } from '../../io/recording/format.js'
import { restoreValue } from '../../io/recording/recorded-value.js'
import type { RecordedEvent } from '../../io/recording/recording-events.js'
import { malformed } from '../../io/recording/recording-reader.js'
import type { Journal } from '../../reactor/journal.js'
import { Reactor } from '../../reactor/reactor.js'
import { ReplayClock } from './replay-clock.js'
import { ReplayDriver } from './replay-driver.js'
import type { ReplayScript } from './replay-script.js'
import { ReplayTransport } from './replay-transport.js'

/** Who waits for what came from outside. */
interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/**
 * Feeds the recorded inputs to a server, one after the other. Between two of them a round of Node's own loop passes, so
 * that the microtasks of the first have run, as they had in the recording; unless that says they had not.
 */
export class Replayer implements Journal {
  readonly reactor: Reactor
  readonly driver = new ReplayDriver()
  readonly counters = { writes: 0, bytesWritten: 0, reads: 0, bytesRead: 0, turns: 0 }
  readonly #script: ReplayScript
  readonly #transports: ReplayTransport[] = []
  readonly #waiting = new Map<number, Waiting>()
  #inputs = 0
  #isClosingNow = false
  #performClose: ((drainMs: number) => void) | null = null

  constructor(script: ReplayScript, timeSliceMs: number) {
    this.#script = script
    this.reactor = new Reactor({ clock: new ReplayClock(script), driver: this.driver, timeSliceMs })
    this.reactor.journal = this
  }

  get connections(): number {
    return this.#transports.length
  }

  /** @throws ReplayDivergence `CAL_ERR_REPLAY_DIVERGED`; CalandriaError `CAL_ERR_RECORDING` (rejects) */
  async run(server: Server): Promise<void> {
    const nodesLoop = new Reactor()
    const script = this.#script
    while (this.#feedNext(server)) await new Promise<void>((resolve) => nodesLoop.post(resolve))
    if (script.failure !== null) throw script.failure
  }

  /** @returns whether there was one */
  #feedNext(server: Server): boolean {
    let input = this.#script.takeInput()
    if (input === null) return false
    for (;;) {
      if (input?.op === Op.Joined) input = this.#script.takeInput()
      if (input === null) return true // the next call finds out why
      this.#feed(input, server)
      if (this.#script.next?.op !== Op.Joined) return true
      input = this.#script.takeInput()
    }
  }

  /** What is thrown here was an uncaught exception of the recorded process, too. */
  #feed(input: RecordedEvent, server: Server): void {
    try {
      this.#perform(input, server)
    } catch (error) {
      this.driver.uncaughtErrors.push(error)
    }
  }

  #perform(input: RecordedEvent, server: Server): void {
    switch (input.op) {
      case Op.Turn:
        this.counters.turns++
        this.driver.turn()
        break
      case Op.Accept:
        this.#accept(input, server)
        break
      case Op.Bytes:
      case Op.SameBytes:
        this.counters.reads++
        this.counters.bytesRead += input.bytes.length
        this.#transportOf(input)?.receive(input.bytes)
        break
      case Op.Drain:
        this.#transportOf(input)?.drain()
        break
      case Op.End:
        this.#transportOf(input)?.peerEnded()
        break
      case Op.Close:
        this.#transportOf(input)?.closed(input.error)
        break
      case Op.ServerClose:
        this.#close(input.drainMs, server)
        break
      case Op.Input:
        this.#settle(input)
        break
      default:
        this.#script.fail(malformed('an input is expected', input.offset))
    }
  }

  #accept(input: Extract<RecordedEvent, { op: Op.Accept }>, server: Server): void {
    const { reactor, counters } = this
    const { connection, address, offset } = input
    if (connection !== this.#transports.length) {
      this.#script.fail(malformed(`connection #${connection} is out of order`, offset))
      return
    }
    const transport = new ReplayTransport(connection, address, this.#script, reactor, counters)
    this.#transports.push(transport)
    reactor.enter()
    server.accept(transport)
  }

  #transportOf(input: RecordedEvent & { readonly connection: number }): ReplayTransport | null {
    const transport = this.#transports[input.connection]
    if (transport !== undefined) return transport
    this.#script.fail(malformed(`there is no connection #${input.connection}`, input.offset))
    return null
  }

  #close(drainMs: number, server: Server): void {
    this.reactor.enter()
    if (this.#performClose !== null) {
      this.#performClose(drainMs)
      return
    }
    this.#isClosingNow = true
    void server.close({ drainMs })
    this.#isClosingNow = false
  }

  #settle(event: Extract<RecordedEvent, { op: Op.Input }>): void {
    const waiting = this.#waiting.get(event.input)
    this.#waiting.delete(event.input)
    if (waiting === undefined) {
      this.#script.fail(malformed(`nobody has asked for external ${event.input}`, event.offset))
      return
    }
    this.reactor.enter()
    const { value, error } = this.#restore(event)
    if (error === undefined) waiting.resolve(value)
    else waiting.reject(error)
  }

  #restore(event: Extract<RecordedEvent, { op: Op.Input | Op.Observed }>): ReturnType<typeof restoreValue> {
    const restored = restoreValue(event.value)
    if (event.value.kind === ValueKind.Lost)
      this.#script.diverge(event, null, String(restored.error?.message))
    return restored
  }

  // ---- Journal ------------------------------------------------------------------------------------------------

  input<T>(): Promise<T> {
    const id = this.#inputs++
    this.#script.take(Op.InputAsked, null, () => `external() number ${id}`)
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve, reject })
    })
  }

  observe<T>(read: () => T): T {
    const event = this.#script.take(Op.Observed, null, () => 'observed()')
    if (event === null) return read() // the recording is over
    const { value, error } = this.#restore(event)
    if (error === undefined) return value as T
    throw error
  }

  /** Whoever closes the server in the replay did so in the recording, where it had its own place among the inputs. */
  closing<T>(drainMs: number, perform: (drainMs: number) => Promise<T>): Promise<T> {
    if (this.#isClosingNow) return perform(drainMs)
    return new Promise((resolve) => {
      this.#performClose = (recordedMs) => resolve(perform(recordedMs))
    })
  }
}
