import {
  createMemoryPair,
  driveVirtually,
  IoCounters,
  type MemoryTransport,
  Reactor,
  type Transport,
  VirtualClock,
} from 'calandria'
import { llhttpEngine } from 'calandria/llhttp'
import { conclude } from '../../bench/generator/conclude.js'
import { Generator } from '../../bench/generator/generator.js'
import type { LoadOptions } from '../../bench/generator/load-options.js'
import type { LoadPlan } from '../../bench/generator/load-plan.js'
import type { LoadResult } from '../../bench/generator/load-result.js'
import type { Usage } from '../../bench/generator/measurement.js'
import { planLoad, settingsOf } from '../../bench/generator/plan-load.js'
import { type Answer, FakeServer } from './fake-server.js'

const engine = await llhttpEngine()

export interface VirtualOptions extends Partial<LoadOptions> {
  /** What the generator's process is said to have used. */
  readonly usage?: () => Usage
  /** Default: one that stands still until the harness moves it. */
  readonly clock?: VirtualClock
  /** Instead of a connection to the fake server. */
  readonly connect?: (index: number) => Promise<Transport>
}

/** A load in simulation: the generator and a fake server on one reactor, whose clock jumps from deadline to deadline. */
export class VirtualLoad {
  readonly clock: VirtualClock
  readonly reactor: Reactor
  readonly server: FakeServer
  readonly generator: Generator
  /** The generator's ends of all connections. */
  readonly transports: MemoryTransport[] = []
  readonly #options: LoadOptions
  readonly #plan: LoadPlan

  /** Without other options: one connection, one deep, measured for a second, no warm-up. */
  constructor(answer: Answer, options: VirtualOptions = {}) {
    const { usage = noUsage, clock = new VirtualClock(), connect, ...load } = options
    this.clock = clock
    this.reactor = new Reactor({ clock, driver: null })
    const defaults = { url: 'http://server/', connections: 1, durationMs: 1000, warmUpMs: 0, spin: false }
    this.#options = { ...defaults, ...load }
    this.#plan = planLoad(this.#options)
    this.server = new FakeServer(this.reactor, answer)
    const { reactor } = this
    const counters = new SummedCounters(this.transports)
    const parts = { reactor, connect: connect ?? (() => this.#connect()), counters, engine, usage, pid: 1 }
    this.generator = new Generator(parts, this.#plan, 0)
  }

  /** Runs it to its end, and concludes. */
  async run(): Promise<LoadResult> {
    const opened = this.#finished(this.generator.open())
    await this.#until(opened)
    await opened.promise
    const running = this.#finished(this.generator.run(this.clock.now() + 1))
    await this.#until(running)
    return conclude({
      settings: settingsOf(this.#plan, this.#options),
      startedAt: new Date(this.clock.wallTime()),
      measurements: [await running.promise],
      lost: 0,
    })
  }

  #connect(): Promise<Transport> {
    const [near, far] = createMemoryPair(this.reactor)
    this.transports.push(near)
    this.server.accept(far)
    return Promise.resolve(near)
  }

  /** Everything that is to happen at this moment, then the clock goes on, until `state` is settled. */
  async #until(state: { readonly isSettled: boolean }): Promise<void> {
    for (;;) {
      do {
        driveVirtually(this.reactor, this.clock, { until: this.clock.now() })
        await new Promise(setImmediate)
      } while (this.reactor.hasWork)
      if (state.isSettled) return
      const deadline = this.reactor.nextDeadline
      if (deadline === null) throw new Error('nothing is left to happen, and the load has not ended')
      this.clock.advanceTo(deadline)
      this.reactor.turn()
    }
  }

  #finished<Value>(promise: Promise<Value>): { isSettled: boolean; readonly promise: Promise<Value> } {
    const state = { isSettled: false, promise }
    const settle = (): void => void (state.isSettled = true)
    promise.then(settle, settle)
    return state
  }
}

/** What the ends in memory count, together. */
class SummedCounters extends IoCounters {
  readonly #transports: readonly MemoryTransport[]

  constructor(transports: readonly MemoryTransport[]) {
    super()
    this.#transports = transports
  }

  override get reads(): number {
    return this.#sum('reads')
  }

  override get writes(): number {
    return this.#sum('writes')
  }

  override get bytesRead(): number {
    return this.#sum('bytesRead')
  }

  override get bytesWritten(): number {
    return this.#sum('bytesWritten')
  }

  #sum(name: 'reads' | 'writes' | 'bytesRead' | 'bytesWritten'): number {
    return this.#transports.reduce((sum, { counters }) => sum + counters[name], 0)
  }
}

function noUsage(): Usage {
  return { userMs: 0, kernelMs: 0, residentBytes: 0 }
}
