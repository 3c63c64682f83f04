import { CalandriaError } from '../errors/calandria-error.js'
import type { Timer } from '../reactor/timer-wheel.js'
import { ByteQueue } from './byte-queue.js'
import type { IoCounters } from './io-counters.js'
import { checkPace, type ReadingPace } from './reading-pace.js'
import { receiveBufferOf } from './receive-buffer.js'
import type { SimulatedLink } from './simulated-link.js'
import { SimulatedWire, type WireSource, type WireTarget } from './simulated-wire.js'
import type { Segment, Transport, TransportListener } from './transport.js'

/** A short write takes so many bytes at least. */
const SHORTEST_WRITE = 16
/** Bytes of one read at most, as with a socket. */
const READ_AT_MOST = 64 * 1024

/** Who looks after the ends of a network's connections. */
export interface TransportOwner {
  /** An end is gone. */
  ended(transport: SimulatedTransport): void
  /** The client's first packet has reached the server's end. */
  reached(serverEnd: SimulatedTransport): void
}

/**
 * One end of a simulated connection; see `SimulatedNetwork`. It behaves as a socket of Node's does, also where that is
 * awkward: a reset destroys what was not read yet; an end that is paused doesn't notice it before it reads or writes
 * again; what reaches a closed end comes back as a reset, and so does what was unread when it closed.
 */
export class SimulatedTransport implements Transport, WireSource, WireTarget {
  /** Which connection of its network this is an end of, from 1 on. */
  readonly id: number
  readonly side: 'client' | 'server'
  counters: IoCounters
  /** What this end alone has done; {@link counters} counts for all of its kind. */
  writes = 0
  bytesWritten = 0
  bytesRead = 0
  readonly #link: SimulatedLink
  #owner: TransportOwner
  /** From us to the peer. */
  readonly #out: SimulatedWire
  #peer: SimulatedTransport | null
  #listener: TransportListener | null = null

  /** Written, and not yet taken by the kernel. */
  #queue: ByteQueue | null = null
  /** What the kernel has received, and nobody has read. */
  #unread: ByteQueue | null = null
  /** When the kernel takes more, after a short write. */
  #retry: Timer | null = null
  #pace: ReadingPace | null = null
  #nextRead: Timer | null = null
  /** A reset that has come and was not noticed yet. */
  #reset: Error | null = null
  #owesDrain = false
  #isDrainPosted = false
  #isEnded = false
  #isPaused = false
  #isReadPosted = false
  #hasEnd = false
  #hasReadEnd = false
  #isClosed = false

  /** @internal Use `SimulatedNetwork`. @param client the other end, where there is one already */
  constructor(
    link: SimulatedLink,
    owner: TransportOwner,
    id: number,
    counters: IoCounters,
    client: SimulatedTransport | null,
  ) {
    this.#link = link
    this.#owner = owner
    this.id = id
    this.side = client === null ? 'client' : 'server'
    this.counters = counters
    this.#peer = client
    this.#out = new SimulatedWire(link, this)
    if (client !== null) client.#peer = this
    link.reactor.instruments?.emitOf('connectionOpened', this, this.remoteAddress)
  }

  get remoteAddress(): string | null {
    return this.side === 'server' ? this.#link.options.address : null
  }

  get bytesQueued(): number {
    return this.#queue?.bytes ?? 0
  }

  get bytesUnsent(): number {
    return this.bytesQueued
  }

  get isWritable(): boolean {
    return this.bytesQueued < this.#link.options.highWaterMark
  }

  /** Whether it is gone, or lets go. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether our side has ended. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  attach(listener: TransportListener): void {
    this.#listener = listener
    this.#readSoon()
  }

  write(data: Segment): boolean {
    return this.writeAll([data])
  }

  writeAll(segments: readonly Segment[]): boolean {
    if (this.#isClosed) return false
    if (this.#isEnded) throw new CalandriaError('CAL_ERR_TRANSPORT_ENDED')
    this.#queue ??= new ByteQueue()
    const before = this.#queue.bytes
    for (const segment of segments) {
      // Bytes are copied late on a real socket too: who changes them after the write must see the change here.
      const isText = typeof segment === 'string'
      const chunk = isText
        ? Buffer.from(segment, 'latin1')
        : Buffer.from(segment.buffer, segment.byteOffset, segment.length)
      if (chunk.length > 0) this.#note('writes', chunk)
      this.#queue.push(chunk)
    }
    this.counters.countWrite(this.#queue.bytes - before)
    this.writes++
    this.bytesWritten += this.#queue.bytes - before
    // Node owes a drain also when the kernel then takes all of it at once.
    if (!this.isWritable) this.#owesDrain = true
    if (this.#reset !== null) this.#noticeReset()
    else if (this.#retry === null) this.#giveToKernel()
    return this.isWritable
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#readSoon()
  }

  /** Reads slowly from now on, beginning at once; `null`: as fast as bytes come. @throws CalandriaTypeError `CAL_ERR_OPTION` */
  setReadingPace(pace: ReadingPace | null): void {
    this.#pace = checkPace(pace)
    this.#nextRead?.cancel()
    this.#nextRead = null
    this.#readSoon()
  }

  end(): void {
    if (this.#isEnded || this.#isClosed) return
    this.#isEnded = true
    this.#note('ends')
    if (this.#queue === null) this.#out.end()
    this.#closeWhenDone()
  }

  close(): void {
    if (this.#isClosed) return
    this.#note('closes')
    if (this.#unread === null) this.#out.end()
    else this.#out.reset()
    this.#shut(null)
  }

  abort(): void {
    if (this.#isClosed) return
    this.#note('aborts')
    this.#out.reset()
    this.#shut(null)
  }

  /** @internal Begins the connection, from the client's end. */
  connect(): void {
    this.#out.open()
  }

  /** @internal From now on these look after it, and count. */
  acceptedBy(owner: TransportOwner, counters: IoCounters): void {
    this.#owner = owner
    this.counters = counters
  }

  /** @internal Nobody listens there. */
  refuse(): void {
    this.#out.reset('ECONNREFUSED')
    this.#shut(null)
  }

  // ---- writing ----------------------------------------------------------------------------------------------

  /** @internal */
  roomMade(): void {
    if (this.#retry === null && !this.#isClosed) this.#giveToKernel()
  }

  #giveToKernel(): void {
    const link = this.#link
    let most = Infinity
    if (this.bytesQueued > SHORTEST_WRITE && link.strikes(link.options.shortWrites))
      most = link.random.between(SHORTEST_WRITE, this.bytesQueued - 1)
    for (let room = this.#out.room; room > 0 && most > 0 && this.#queue !== null; room = this.#out.room) {
      const taken = Buffer.from(this.#queue.take(Math.min(room, most)))
      most -= taken.length
      if (this.#queue.bytes === 0) this.#queue = null
      if (taken.length > 0) this.#out.take(taken)
    }
    if (this.#queue === null) this.#allTaken()
    else if (most === 0) this.#retry = link.reactor.groups.latency.delay(link.delayMs(), retry, this)
  }

  /** @internal Called by the reactor after a short write. */
  retry(): void {
    this.#retry = null
    this.#giveToKernel()
  }

  #allTaken(): void {
    if (this.#isEnded) {
      this.#out.end()
      this.#closeWhenDone()
    } else if (this.#owesDrain && !this.#isDrainPosted) {
      this.#isDrainPosted = true
      this.#link.reactor.groups.latency.post(() => this.#drained())
    }
  }

  #drained(): void {
    this.#isDrainPosted = false
    if (this.#isClosed || this.#isEnded || this.#queue !== null) return
    this.#owesDrain = false
    this.#note('is drained')
    this.#link.reactor.instruments?.emitOf('drained', this)
    this.#listener?.onDrain()
  }

  // ---- what the wire brings -----------------------------------------------------------------------------------

  /** The other end. */
  get peer(): SimulatedTransport {
    return this.#peer as SimulatedTransport
  }

  /** @internal */
  get window(): number {
    // What a closed end will never read must arrive to be answered by a reset.
    if (this.#isClosed) return Infinity
    return this.#link.options.receiveWindowBytes - (this.#unread?.bytes ?? 0)
  }

  /** @internal */
  opened(): void {
    this.#owner.reached(this)
  }

  /** @internal */
  arrived(bytes: Buffer): void {
    if (this.#isClosed) {
      this.#out.reset()
      return
    }
    this.#unread ??= new ByteQueue()
    this.#unread.push(bytes)
  }

  /** @internal */
  endArrived(): void {
    this.#hasEnd = true
  }

  /** @internal */
  resetArrived(code: string): void {
    this.#out.drop()
    if (this.#isClosed) return
    this.#note(`is reset (${code})`)
    this.#unread = null
    this.#hasEnd = false
    this.#reset = Object.assign(new Error(`${code === 'ECONNREFUSED' ? 'connect' : 'read'} ${code}`), {
      code,
    })
    if (this.#isLooking || this.#queue !== null) this.#noticeReset()
  }

  /** @internal */
  settled(): void {
    this.#read()
  }

  // ---- reading ----------------------------------------------------------------------------------------------

  /** Whether a reset is seen as it comes: behind an end nobody looks at a socket any more. */
  get #isLooking(): boolean {
    return !this.#isPaused && !this.#hasReadEnd
  }

  #readSoon(): void {
    const isAnythingThere =
      this.#unread !== null || this.#reset !== null || (this.#hasEnd && !this.#hasReadEnd)
    if (!isAnythingThere || this.#isReadPosted || this.#isClosed) return
    this.#isReadPosted = true
    this.#link.reactor.groups.latency.post(() => {
      this.#isReadPosted = false
      this.#read()
    })
  }

  /** One read, as a socket's: what more there is waits for another turn. */
  #read(): void {
    const listener = this.#listener
    if (this.#isPaused || this.#isClosed || listener === null || this.#nextRead !== null) return
    if (this.#reset !== null) {
      if (this.#isLooking) this.#noticeReset()
    } else if (this.#unread !== null) {
      this.#readBytes(this.#unread, listener)
    } else if (this.#hasEnd && !this.#hasReadEnd) {
      this.#hasReadEnd = true
      this.#note('reads the end')
      this.#link.reactor.enter()
      listener.onEnd()
      this.#closeWhenDone()
    }
  }

  #readBytes(unread: ByteQueue, listener: TransportListener): void {
    const { reactor } = this.#link
    const most = Math.min(this.#pace?.bytes ?? READ_AT_MOST, READ_AT_MOST)
    const bytes = unread.take(this.#link.cutAt(unread.bytes, most))
    if (unread.bytes === 0) this.#unread = null
    this.#note('reads', bytes)
    this.counters.countRead(bytes.length)
    this.bytesRead += bytes.length
    if (this.#pace !== null) this.#nextRead = reactor.groups.latency.delay(this.#pace.everyMs, readOn, this)
    reactor.enter()
    const { instruments } = reactor
    instruments?.emitOf('readStarted', this, bytes.length)
    const buffer = receiveBufferOf(reactor)
    buffer.lend(bytes, (length) => {
      listener.onBytes(buffer.bytes, length)
      return true
    })
    instruments?.emitOf('readEnded', this)
    this.peer.#out.windowOpened()
    this.#readSoon()
  }

  /** @internal Called by the reactor when a slow end may read again. */
  readOn(): void {
    this.#nextRead = null
    this.#readSoon()
  }

  // ---- the end ----------------------------------------------------------------------------------------------

  #noticeReset(): void {
    this.#shut(this.#reset)
  }

  /** Like a socket: when both directions have ended and ours is with the kernel, the connection is gone. */
  #closeWhenDone(): void {
    if (this.#isEnded && this.#hasReadEnd && this.#queue === null) this.#shut(null)
  }

  #shut(error: Error | null): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#isEnded = true
    this.#queue = null
    this.#unread = null
    this.#retry?.cancel()
    this.#nextRead?.cancel()
    this.#retry = this.#nextRead = null
    this.#owner.ended(this)
    this.#link.reactor.groups.latency.post(() => {
      this.#note(error === null ? 'is closed' : `is closed: ${error.message}`)
      this.#listener?.onClose(error)
      this.#link.reactor.instruments?.emitOf('connectionClosed', this)
    })
    this.peer.#out.windowOpened() // what waited for our window comes now, and is answered by a reset
  }

  #note(what: string, bytes?: Uint8Array): void {
    const { log, reactor } = this.#link
    if (log !== null) log.note(reactor.clock.now(), `${this.id} ${this.side}`, what, bytes)
  }
}

/** One function each for all transports. */
const retry = (transport: SimulatedTransport): void => transport.retry()
const readOn = (transport: SimulatedTransport): void => transport.readOn()
