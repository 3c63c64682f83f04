import type { ErrorCode } from '../../src/errors/catalogue.js'
import type { Headers } from '../../src/http/headers.js'
import { DEFAULT_LIMITS } from '../../src/http/limits.js'
import { ParserPool } from '../../src/http/parser-pool.js'
import type { ParserEngine } from '../../src/http/parser/parser-engine.js'
import { PathCache } from '../../src/http/path-cache.js'
import type { Request } from '../../src/http/request.js'
import { RequestReader, type RequestSink } from '../../src/http/request-reader.js'
import { RECEIVE_SLACK } from '../../src/io/transport.js'
import { Reactor } from '../../src/reactor/reactor.js'
import type { Ending, Reading, ReadRequest } from './reading.js'

/** Stands behind each piece, as an earlier read would: it must not be looked at. */
const STALE = '\r\n\r\n0\r\n\r\nGET '

const REACTOR = new Reactor({ driver: null }) // nobody asks for it here

/** Takes the place of a connection. */
class Sink implements RequestSink {
  readonly reactor = REACTOR
  readonly read: Request[] = []
  refusal: ErrorCode | null = null
  /** A body of the last request is on its way. */
  isOpen = false

  requestRead(request: Request): void {
    this.read.push(request)
  }

  requestBegun(request: Request): void {
    this.read.push(request)
    this.isOpen = !request.body.isComplete
  }

  bodyRead(): void {
    this.isOpen = false
  }

  bodyRefused(error: ErrorCode): void {
    this.refusal = error
  }

  requestRefused(error: ErrorCode): void {
    this.refusal = error
  }

  bodyWanted(): void {
    // nothing is held back here
  }

  get wantsMore(): boolean {
    return this.refusal === null && this.lastRequest === null
  }

  /** As a connection does: nothing is read as a request behind the last one, or in a tunnel. */
  get lastRequest(): Request | null {
    const last = this.read.at(-1)
    if (last === undefined || this.isOpen) return null
    return last.persists && !last.isConnect ? null : last
  }
}

/** What our request reader makes of a stream that comes in pieces. */
export class OurReader {
  readonly #parsers: ParserPool
  readonly #paths = new PathCache()

  constructor(engine: ParserEngine) {
    this.#parsers = new ParserPool(engine.requestParsers(DEFAULT_LIMITS))
  }

  async read(pieces: readonly string[]): Promise<Reading> {
    const sink = new Sink()
    const reader = new RequestReader(sink, DEFAULT_LIMITS, this.#paths, this.#parsers, true)
    reader.peer = { remoteAddress: null, reactor: REACTOR }
    let tunnel = ''
    for (const piece of pieces) {
      const bytes = laidOut(piece)
      let at = 0
      reader.begin(bytes, piece.length)
      while (at < piece.length && sink.wantsMore) at = reader.step(at)
      reader.end()
      tunnel += piece.slice(at)
    }
    const isMidRequest = reader.isMidRequest
    reader.forget()
    const isLastWhole =
      !sink.isOpen && !(sink.refusal !== null && sink.read.at(-1)?.body.isComplete === false)
    const whole = isLastWhole ? sink.read : sink.read.slice(0, -1)
    const requests = []
    for (const request of whole) requests.push(await asRead(request))
    const ending = endingOf(sink, isMidRequest, tunnel)
    const last = sink.read.at(-1)
    if (ending.kind !== 'waits' || !sink.isOpen || last === undefined) return { requests, ending }
    return { requests, open: { ...headOf(last), body: '', trailers: [] }, ending }
  }
}

function endingOf(sink: Sink, isMidRequest: boolean, tunnel: string): Ending {
  if (sink.refusal !== null) return { kind: 'refused', code: sink.refusal }
  const last = sink.lastRequest
  if (last === null) return { kind: 'waits', isMidRequest }
  return last.isConnect ? { kind: 'tunnel', bytes: tunnel } : { kind: 'closed' }
}

async function asRead(request: Request): Promise<ReadRequest> {
  const { body } = request
  const bytes = await body.bytes()
  return { ...headOf(request), body: bytes.toString('latin1'), trailers: asLines(body.trailers) }
}

function headOf(request: Request): Omit<ReadRequest, 'body' | 'trailers'> {
  const { target, headers, minorVersion } = request
  return {
    method: request.isMethodUnknown ? '' : request.method,
    target,
    minor: minorVersion,
    fields: asLines(headers),
  }
}

function asLines(headers: Headers | null): string[] {
  return Array.from(headers ?? [], ([name, value]) => `${name}: ${value}`)
}

function laidOut(piece: string): Buffer {
  const bytes = Buffer.alloc(piece.length + RECEIVE_SLACK)
  bytes.write(piece, 0, 'latin1')
  bytes.write(STALE, piece.length, 'latin1')
  return bytes
}
