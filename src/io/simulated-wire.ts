import type { Timer } from '../reactor/timer-wheel.js'
import { ByteQueue } from './byte-queue.js'
import type { SimulatedLink } from './simulated-link.js'

/** Where the bytes of one direction come from. */
export interface WireSource {
  readonly peer: WireTarget
  /** The kernel has room again for what waits to be written. */
  roomMade(): void
}

/** Where they go to. */
export interface WireTarget {
  /** Bytes that may be on their way, or be unread. */
  readonly window: number
  opened(): void
  arrived(bytes: Buffer): void
  endArrived(): void
  resetArrived(code: string): void
  /** All that arrived at this moment has been told. */
  settled(): void
}

/** What travels. Bytes, or one of the three signs; a reset carries its error code. */
type Freight = Buffer | 'open' | 'end' | { readonly code: string }

interface Packet {
  /** Reading of the clock when it arrives. */
  at: number
  readonly freight: Freight
}

/**
 * One direction of a connection: the kernel's send buffer, and what is under way, in order.
 *
 * ```
 *   write ─▶ send buffer ─▶ ▒▒ ▒▒▒▒ ▒ ─▶ receive buffer ─▶ onBytes
 *                           packets, each with its time
 * ```
 *
 * While nothing is under way there is no timer, and nothing is held.
 */
export class SimulatedWire {
  readonly #link: SimulatedLink
  readonly #from: WireSource
  #buffer: ByteQueue | null = null
  #packets: Packet[] | null = null
  #bytesUnderWay = 0
  /** When the last bit of what was sent has left: later ones queue up behind it. */
  #lineFreeAt = 0
  #lastArrival = 0
  #timer: Timer | null = null
  #isPosted = false
  #owesEnd = false
  #isEnded = false
  #isReset = false

  constructor(link: SimulatedLink, from: WireSource) {
    this.#link = link
    this.#from = from
  }

  /** Bytes that the kernel would take now. */
  get room(): number {
    if (this.#isEnded) return 0
    return Math.max(this.#link.options.sendBufferBytes - (this.#buffer?.bytes ?? 0), 0)
  }

  /** The kernel has taken these bytes: they are its own. */
  take(bytes: Buffer): void {
    this.#buffer ??= new ByteQueue()
    this.#buffer.push(bytes)
    this.#transmit()
  }

  /** Says that the connection has begun. */
  open(): void {
    this.#send('open')
  }

  /** The end comes behind all that the kernel has taken. */
  end(): void {
    if (this.#isEnded || this.#owesEnd) return
    this.#owesEnd = true
    this.#transmit()
  }

  /** What is still in the buffer is lost, and the reset follows what is under way. */
  reset(code = 'ECONNRESET'): void {
    if (this.#isReset) return
    this.#isReset = true
    this.#buffer = null
    this.#owesEnd = false
    this.#isEnded = true
    this.#send({ code })
  }

  /** Nobody is there to send any longer: what is not under way yet will never be. */
  drop(): void {
    this.#buffer = null
    this.#owesEnd = false
    this.#isEnded = true
  }

  /** The other end has read. */
  windowOpened(): void {
    if (this.#buffer === null) return
    this.#transmit()
    if (this.room > 0) this.#from.roomMade()
  }

  /** The link is whole again. */
  goOn(): void {
    const now = this.#link.reactor.clock.now()
    const earliest = now + this.#link.delayMs()
    for (const packet of this.#packets ?? []) if (packet.at < earliest) packet.at = earliest
    this.#lastArrival = Math.max(this.#lastArrival, earliest)
    this.#arm()
  }

  /** @internal Something is due; called by the reactor. */
  run(): void {
    this.#isPosted = false
    this.#timer = null
    const link = this.#link
    if (link.isCut) {
      link.hold(this)
      return
    }
    if (link.strikes(link.options.reorders)) {
      this.#post()
      return
    }
    const now = link.reactor.clock.now()
    for (let first = this.#packets?.[0]; first !== undefined && first.at <= now; first = this.#packets?.[0]) {
      this.#packets?.shift()
      link.underWay--
      this.#deliver(first.freight)
    }
    if (this.#packets?.length === 0) this.#packets = null
    this.#arm()
    this.#from.peer.settled()
  }

  #deliver(freight: Freight): void {
    if (freight === 'open') this.#from.peer.opened()
    else if (freight === 'end') this.#from.peer.endArrived()
    else if ('code' in freight) this.#from.peer.resetArrived(freight.code)
    else {
      this.#bytesUnderWay -= freight.length
      this.#from.peer.arrived(freight)
    }
  }

  /** Sends as much as the window takes. */
  #transmit(): void {
    const { options } = this.#link
    const buffer = this.#buffer
    while (buffer !== null && buffer.bytes > 0) {
      const window = this.#from.peer.window - this.#bytesUnderWay
      if (window <= 0) return
      const segment = buffer.take(this.#link.cutAt(Math.min(buffer.bytes, window), options.segmentBytes))
      this.#bytesUnderWay += segment.length
      this.#send(segment)
    }
    this.#buffer = null
    if (!this.#owesEnd) return
    this.#owesEnd = false
    this.#isEnded = true
    this.#send('end')
  }

  #send(freight: Freight): void {
    const { reactor, options } = this.#link
    const now = reactor.clock.now()
    const bytes = freight instanceof Uint8Array ? freight.length : 0
    let departure = now
    if (options.bytesPerSecond !== Infinity) {
      departure = Math.max(now, this.#lineFreeAt) + (bytes * 1000) / options.bytesPerSecond
      this.#lineFreeAt = departure
    }
    const at = Math.max(departure + this.#link.delayMs(), this.#lastArrival)
    this.#lastArrival = at
    this.#packets ??= []
    this.#packets.push({ at, freight })
    this.#link.underWay++
    if (this.#packets.length === 1) this.#arm()
  }

  #arm(): void {
    const first = this.#packets?.[0]
    if (first === undefined || this.#isPosted || this.#timer !== null) return
    const { reactor } = this.#link
    const leftMs = first.at - reactor.clock.now()
    if (leftMs <= 0) this.#post()
    else this.#timer = reactor.groups.latency.delay(leftMs, run, this)
  }

  #post(): void {
    this.#isPosted = true
    this.#link.reactor.groups.latency.post(this)
  }
}

/** One function for all wires. */
function run(wire: SimulatedWire): void {
  wire.run()
}
