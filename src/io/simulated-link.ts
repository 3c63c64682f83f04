import { CalandriaTypeError } from '../errors/calandria-error.js'
import type { Reactor } from '../reactor/reactor.js'
import type { SeededRandom } from '../reactor/seeded-random.js'
import type { NetworkLog } from './network-log.js'
import type { SimulatedWire } from './simulated-wire.js'

/** How a link behaves, in both directions. What is left out is as on a perfect one, with the buffers of a kernel. */
export interface LinkOptions {
  /** The client's address, as the server sees it. Default `null`: it has none. */
  readonly address?: string | null
  /** From one end to the other, in milliseconds. Default 0: in the next turn. */
  readonly latencyMs?: number
  /** Up to so many milliseconds more, anew for each segment. The order within a connection stays. Default 0. */
  readonly jitterMs?: number
  /** Bytes that a connection carries in a second, in each direction. Default `Infinity`. */
  readonly bytesPerSecond?: number
  /** Bytes of a segment at most. Default 65,536. */
  readonly segmentBytes?: number
  /** Whether segments and reads are cut at random places, down to single bytes. Default `false`. */
  readonly fragments?: boolean
  /** How likely a write is taken by the kernel in part only at first, from 0 to 1. Default 0. */
  readonly shortWrites?: number
  /** How likely what has arrived waits for another turn, so that others come before it; below 1. Default 0. */
  readonly reorders?: number
  /** Bytes that the kernel takes from a writer before they are on their way. Default 65,536. */
  readonly sendBufferBytes?: number
  /** Bytes on their way or unread at the other end; then nothing more is sent. Default 65,536. */
  readonly receiveWindowBytes?: number
  /** Bytes that wait for the kernel from which on a transport is not writable. Default 65,536. */
  readonly highWaterMark?: number
}

const KIB_64 = 64 * 1024

/** Where connections run: their latency and faults. One link may carry any number of connections, or one alone. */
export class SimulatedLink {
  readonly options: Required<LinkOptions>
  readonly reactor: Reactor
  readonly random: SeededRandom
  readonly log: NetworkLog | null
  /** @internal Packets that are on their way. */
  underWay = 0
  #isCut = false
  readonly #held = new Set<SimulatedWire>()

  /** @internal Use `network.link()`. @throws CalandriaTypeError `CAL_ERR_OPTION` */
  constructor(
    reactor: Reactor,
    random: SeededRandom,
    log: NetworkLog | null,
    defaults: LinkOptions,
    options: LinkOptions,
  ) {
    this.options = checkLink(checkLink(PERFECT, defaults), options)
    this.reactor = reactor
    this.random = random
    this.log = log
  }

  /** Whether it is partitioned. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** A partition: nothing arrives any more, in either direction, and nobody is told. Nothing is lost by it. */
  cut(): void {
    if (this.#isCut) return
    this.#isCut = true
    this.log?.note(this.reactor.clock.now(), 'network', `a link is cut${this.#suffix}`)
  }

  /** The partition is over: what was held back sets out again. */
  heal(): void {
    if (!this.#isCut) return
    this.#isCut = false
    this.log?.note(this.reactor.clock.now(), 'network', `a link is healed${this.#suffix}`)
    const held = [...this.#held]
    this.#held.clear()
    for (const wire of held) wire.goOn()
  }

  /** @internal Keeps what has arrived while the link is cut. */
  hold(wire: SimulatedWire): void {
    this.#held.add(wire)
  }

  /** @internal How long a segment is on its way, in milliseconds. */
  delayMs(): number {
    const { latencyMs, jitterMs } = this.options
    return jitterMs === 0 ? latencyMs : latencyMs + this.random.fraction() * jitterMs
  }

  /** @internal How many of `bytes` the next segment, or read, has at most. */
  cutAt(bytes: number, most: number): number {
    const upTo = Math.min(bytes, most)
    if (!this.options.fragments || upTo <= 1) return upTo
    return this.random.between(1, Math.min(upTo, 2 ** this.random.below(17))) // pieces of every magnitude
  }

  /** @internal Whether fate strikes, with this probability. Asks chance only where it has a say. */
  strikes(probability: number): boolean {
    return probability > 0 && this.random.chance(probability)
  }

  get #suffix(): string {
    return this.options.address === null ? '' : ` (${this.options.address})`
  }
}

const LEAST: Readonly<Record<string, number>> = {
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: 1,
  segmentBytes: 1,
  shortWrites: 0,
  reorders: 0,
  sendBufferBytes: 1,
  receiveWindowBytes: 1,
  highWaterMark: 1,
}

const PERFECT: Required<LinkOptions> = {
  address: null,
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: Infinity,
  segmentBytes: KIB_64,
  fragments: false,
  shortWrites: 0,
  reorders: 0,
  sendBufferBytes: KIB_64,
  receiveWindowBytes: KIB_64,
  highWaterMark: KIB_64,
}

function checkLink(defaults: Required<LinkOptions>, given: LinkOptions): Required<LinkOptions> {
  if (typeof given !== 'object' || (given as unknown) === null) throw wrongLink('link must be an object')
  const options: Required<LinkOptions> = { ...defaults }
  for (const [name, value] of Object.entries(given) as [keyof LinkOptions, unknown][]) {
    if (value === undefined) continue
    checkOne(name, value)
    ;(options as Record<string, unknown>)[name] = value
  }
  return Object.freeze(options)
}

function checkOne(name: keyof LinkOptions, value: unknown): void {
  if (name === 'address') {
    if (value !== null && typeof value !== 'string') throw wrongLink('link.address must be a string or null')
    return
  }
  if (name === 'fragments') {
    if (typeof value !== 'boolean') throw wrongLink('link.fragments must be true or false')
    return
  }
  const least = LEAST[name]
  if (least === undefined) throw wrongLink(`there is no option link.${name}`)
  const most =
    name === 'shortWrites' || name === 'reorders' ? 1 : name === 'bytesPerSecond' ? Infinity : 2 ** 31
  if (typeof value !== 'number' || !(value >= least && value <= most))
    throw wrongLink(`link.${name} must be a number from ${least} to ${most}`)
  if (name === 'reorders' && value === 1)
    throw wrongLink('link.reorders must be below 1: nothing would ever arrive')
  if (name.endsWith('Bytes') && !Number.isInteger(value))
    throw wrongLink(`link.${name} must be a whole number`)
}

function wrongLink(detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OPTION', detail)
}
