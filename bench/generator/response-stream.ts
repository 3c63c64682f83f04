import type { LlhttpEngine } from 'calandria/llhttp'
import type { InFlight } from './in-flight.js'
import type { RenderedRequest } from './rendered-request.js'
import { type ResponseConsumer, ResponseReader } from './response-reader.js'
import type { ResponseTemplate, ResponseTemplates } from './response-templates.js'
import { describeFault, judge, type ReadResponse } from './verdict.js'

/** What the response streams of a generator share. */
export interface ResponseContext {
  readonly requests: readonly RenderedRequest[]
  readonly templates: ResponseTemplates
  readonly inFlight: InFlight
  readonly engine: LlhttpEngine
  /** Whether any response's body is compared with an expected one. */
  readonly keepsBodies: boolean
  /** Responses verified so far, each way. */
  readonly verified: { byComparison: number; byParser: number }
}

const NOTHING_FITS = -1
/** Where responses are always different, so many are read before comparing is tried again. */
const RETRY_AFTER = 64

/**
 * The responses of one connection, in the order of their requests. Every byte is verified, in one of two ways:
 *
 * - **by comparison** with a template, a response to the same request that the parser has read before: many responses at
 *   once, also where a read ends in the middle of one;
 * - **by the parser**, from the beginning of the first response on that is not equal to it.
 */
export class ResponseStream implements ResponseConsumer {
  readonly #context: ResponseContext
  readonly #connection: number
  /** Whose first {@link #offset} bytes have come; it says nothing while the offset is 0. */
  #template: ResponseTemplate | null = null
  #offset = 0
  /** At work from bytes that no template fits until the end of a response that one can be made of. */
  #reader: ResponseReader | null = null
  /** The last response read has become a template, or is one. */
  #isLearned = false
  /** Responses read since the last attempt at comparing. */
  #readInARow = 0
  #now = 0
  /** A response has said that it is the last one. */
  isOver = false

  constructor(context: ResponseContext, connection: number) {
    this.#context = context
    this.#connection = connection
  }

  get wantsBody(): boolean {
    return this.#context.keepsBodies
  }

  /** A request was sent: it stands in {@link ResponseContext.inFlight} already. */
  sent(request: number): void {
    this.#reader?.expect(this.#methodOf(request))
  }

  /**
   * Takes `bytes[0, length)`: what they answer is recorded and leaves {@link ResponseContext.inFlight}.
   * @returns `null` while all is well, else why nothing more on this connection can be trusted
   */
  accept(bytes: Buffer, length: number, now: number): 'malformed' | 'unexpected' | null {
    this.#now = now
    let at = 0
    while (at < length) {
      if (this.#reader !== null) return this.#read(this.#reader, bytes, at, length)
      const next = this.#compare(bytes, at, length)
      if (next === NOTHING_FITS) this.#startReading()
      else at = next
    }
    return null
  }

  /** The connection has ended. @returns whether that was in mid-response */
  end(now: number): boolean {
    this.#now = now
    this.#reader?.end()
    const isCutShort = this.#offset > 0 || this.#reader?.error === 'CAL_ERR_REPLY_CUT_SHORT'
    this.reset()
    return isCutShort
  }

  /** Another connection begins. */
  reset(): void {
    this.#reader?.dispose()
    this.#reader = null
    this.#template = null
    this.#offset = 0
    this.isOver = false
  }

  /** @returns how far the bytes are verified */
  #compare(bytes: Buffer, at: number, length: number): number {
    const { inFlight, templates } = this.#context
    if (inFlight.count(this.#connection) === 0) return NOTHING_FITS
    if (this.#offset > 0) return this.#compareWith(this.#template as ResponseTemplate, bytes, at, length)
    const request = inFlight.request(this.#connection, 0)
    const newest = templates.newest(request)
    if (newest === null) return NOTHING_FITS
    const next = this.#compareWith(newest, bytes, at, length)
    if (next !== NOTHING_FITS) return next
    const older = templates.older(request)
    const last = older === null ? NOTHING_FITS : this.#compareWith(older, bytes, at, length)
    if (last === NOTHING_FITS) templates.missed(request)
    return last
  }

  #compareWith(template: ResponseTemplate, bytes: Buffer, at: number, length: number): number {
    const { inFlight, templates, verified } = this.#context
    const offset = this.#offset
    const most = Math.ceil((offset + length - at) / template.length)
    const awaited = inFlight.alike(this.#connection, most) * template.length - offset
    const size = Math.min(length - at, awaited, template.bytes.length - offset)
    if (bytes.compare(template.bytes, offset, offset + size, at, at + size) !== 0) return NOTHING_FITS
    const whole = Math.floor((offset + size) / template.length)
    this.#template = template
    this.#offset = offset + size - whole * template.length
    if (whole > 0) {
      templates.hit(inFlight.request(this.#connection, 0))
      verified.byComparison += whole
      inFlight.answered(this.#connection, whole, this.#now)
    }
    return at + size
  }

  /** What was compared of the response at hand goes through the parser first: it is known to be the template's bytes. */
  #startReading(): void {
    const { inFlight, engine } = this.#context
    const reader = new ResponseReader(engine, this)
    this.#reader = reader
    for (let i = 0; i < inFlight.count(this.#connection); i++)
      reader.expect(this.#methodOf(inFlight.request(this.#connection, i)))
    const compared = this.#offset
    this.#offset = 0
    if (compared > 0) reader.read((this.#template as ResponseTemplate).bytes, 0, compared)
  }

  #read(
    reader: ResponseReader,
    bytes: Buffer,
    at: number,
    length: number,
  ): 'malformed' | 'unexpected' | null {
    reader.read(bytes, at, length)
    if (reader.error === 'CAL_ERR_REPLY_UNEXPECTED') return 'unexpected'
    if (reader.error !== null) return 'malformed'
    if (this.#isLearned && reader.isBetweenResponses) {
      reader.dispose()
      this.#reader = null
    }
    return null
  }

  responseRead(response: ReadResponse, bytes: Uint8Array | null, keepsAlive: boolean): void {
    const { inFlight, requests, templates, verified } = this.#context
    const request = inFlight.request(this.#connection, 0)
    const { expect } = requests[request] as RenderedRequest
    if (!keepsAlive) this.isOver = true
    const fault = judge(expect, response)
    if (fault !== null) {
      this.#isLearned = false
      const tag = this.#isAnswerToAnother(request, response) ? 'order' : fault
      const words = (): string => `${this.#describe(request)}: ${describeFault(fault, expect, response)}`
      inFlight.failed(this.#connection, tag, this.#now, words)
      return
    }
    verified.byParser++
    inFlight.answered(this.#connection, 1, this.#now)
    this.#isLearned =
      keepsAlive && bytes !== null && this.#isWorthLearning(request) && templates.learn(request, bytes)
  }

  #isWorthLearning(request: number): boolean {
    if (this.#context.templates.isAlwaysDifferent(request) && ++this.#readInARow < RETRY_AFTER) return false
    this.#readInARow = 0
    return true
  }

  /** Whether a response that is wrong here would be right for another request in flight. */
  #isAnswerToAnother(own: number, response: ReadResponse): boolean {
    const { inFlight, requests } = this.#context
    for (let i = 1; i < inFlight.count(this.#connection); i++) {
      const other = inFlight.request(this.#connection, i)
      if (other !== own && judge((requests[other] as RenderedRequest).expect, response) === null) return true
    }
    return false
  }

  #methodOf(request: number): string {
    return (this.#context.requests[request] as RenderedRequest).method
  }

  #describe(request: number): string {
    const { method, target } = this.#context.requests[request] as RenderedRequest
    return `${method} ${target}`
  }
}
