import type { Request, Response } from 'calandria'
import type { World } from 'calandria/testing'
import type { ClientPlan, ServerPlan } from './plan.js'

const KIB_64 = 64 * 1024
/** The largest piece of a reply, with its head. */
const LARGEST_PIECE = 260_000

/** The transport of a server's connection, as far as it is looked at. */
interface ServerEnd {
  readonly bytesQueued: number
  readonly bytesWritten: number
  readonly bytesRead: number
  readonly isClosed: boolean
  readonly isEnded: boolean
  readonly writes: number
}

/**
 * What the handlers have seen of one client, held against what must always be so: every request once, in order, none
 * behind the last one, so many at a time, and only so many bytes in memory.
 */
export class Ledger {
  /** Requests that have reached a handler. */
  called = 0
  /** Bytes of bodies that handlers have given. */
  produced = 0
  /** How long handlers have held the loop. */
  spentMs = 0
  /** Where each request ends in what the client sends. */
  readonly ends: number[] = []
  /** Bytes of the body of each of them that is taken piece by piece; else 0. */
  readonly sips: number[] = []
  /** The first request with `Connection: close`. */
  lastIndex = Infinity
  serverEnd: ServerEnd | null = null
  hasBroken = false
  #open: Response[] = []
  #mostOpen = 0
  #last: Request | null = null
  /** Bytes that the last handler has taken of its body, piece by piece; `null` where it does otherwise. */
  #sipped: number | null = null
  readonly #world: World
  readonly #client: number
  readonly #server: ServerPlan
  readonly #plan: ClientPlan

  constructor(world: World, client: number, plan: ClientPlan, server: ServerPlan) {
    this.#world = world
    this.#client = client
    this.#plan = plan
    this.#server = server
  }

  handlerCalled(index: number, request: Request, response: Response): void {
    const { requestsPerConnection, inFlight } = this.#server
    if (index !== this.called) this.#fail(`request ${index} came to a handler, and ${this.called} was next`)
    if (index > this.lastIndex) this.#fail(`request ${index} was served behind Connection: close`)
    if (index >= requestsPerConnection) this.#fail(`request ${index} was served of ${requestsPerConnection}`)
    this.#open = this.#open.filter((each) => !each.isEnded)
    if (this.#open.length >= inFlight) this.#fail(`more than ${inFlight} requests are in flight`)
    this.#world.note(`handler ${this.#client}-${index} is called`)
    this.called++
    this.#last = request
    this.#sipped = null
    this.#open.push(response)
    this.#mostOpen = Math.max(this.#mostOpen, this.#open.length)
  }

  /** The handler of `request` has taken so many bytes of its body by now. */
  sipped(request: Request, bytes: number): void {
    if (request === this.#last) this.#sipped = bytes
  }

  handlerDone(index: number): void {
    this.#world.note(`handler ${this.#client}-${index} is through`)
  }

  /** Looked at after every turn. */
  check(): void {
    const end = this.serverEnd
    if (end === null || end.isClosed) return
    // A transport full, a batch full, and what is held behind a slow reply; each may be exceeded by one piece. Handlers
    // that run side by side may all answer at once.
    const most = 3 * (KIB_64 + LARGEST_PIECE) + this.#largestInFlight
    if (end.bytesQueued > most) this.#fail(`${end.bytesQueued} bytes are queued, and ${most} may be`)
    const held = this.produced - end.bytesWritten
    if (held > most) this.#fail(`${held} bytes of replies are held, and ${most} may be`)
    // A body's buffer, a read, and a backlog of one. Behind its end a server reads on, and discards.
    const unread = end.bytesRead - this.#seen()
    // A server that will end with the last request reads on while its reply is to come: that may be a whole body.
    const discarded = this.sips.slice(this.called).reduce((sum, bytes) => sum + bytes, 0)
    if (!end.isEnded && unread > 4 * KIB_64 + discarded)
      this.#fail(`${unread} bytes were read that no handler has seen`)
  }

  /** Of what the client has sent. A body counts as seen once its handler is called, unless the handler takes it piece by piece. */
  #seen(): number {
    const end = this.ends[this.called - 1] ?? 0
    return this.#sipped === null ? end : Math.min(end, end - (this.sips[this.called - 1] ?? 0) + this.#sipped)
  }

  get #largestInFlight(): number {
    const isSync = this.#plan.bursts.every(({ requests }) =>
      requests.every(({ kind }) => kind === 'text' || kind === 'bytes'),
    )
    return isSync ? 0 : this.#mostOpen * LARGEST_PIECE
  }

  #fail(what: string): void {
    this.#world.fail(new Error(`client ${this.#client}: ${what}`))
  }
}
