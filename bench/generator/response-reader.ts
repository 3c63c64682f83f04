import type {
  LlhttpEngine,
  ResponseEnd,
  ResponseHead,
  ResponseListener,
  ResponseParser,
} from 'calandria/llhttp'
import { LARGEST_TEMPLATE } from './response-templates.js'
import type { ReadResponse } from './verdict.js'

/** Who is told what a {@link ResponseReader} has read. */
export interface ResponseConsumer {
  /** Whether the body of the response being read must be kept. */
  readonly wantsBody: boolean
  /**
   * @param bytes all of the response as it came, interim ones before it included; lent. `null`: it was too large
   * @param keepsAlive whether another one may follow
   */
  responseRead(response: ReadResponse, bytes: Uint8Array | null, keepsAlive: boolean): void
}

/**
 * Reads what no template fits, with the strict parser: a new `Date`, another body, an error. It keeps the bytes of the
 * response at hand, so that a template can be made of them.
 */
export class ResponseReader implements ResponseListener {
  readonly #parser: ResponseParser
  readonly #consumer: ResponseConsumer
  #status = 0
  #bodyBytes = 0
  #body: Buffer[] = []
  /** What came of this response in reads before; `null` when it is too much to keep. */
  #earlier: Buffer[] | null = []
  #earlierBytes = 0
  #bytes: Uint8Array = Buffer.alloc(0)
  /** Where this response begins in {@link #bytes}. */
  #startAt = 0

  constructor(engine: LlhttpEngine, consumer: ResponseConsumer) {
    this.#parser = engine.makeResponseParser(this)
    this.#consumer = consumer
  }

  expect(method: string): void {
    this.#parser.expect(method)
  }

  /** Whether no response is half-read. */
  get isBetweenResponses(): boolean {
    return this.#earlierBytes === 0 && this.#earlier !== null
  }

  get error(): ResponseParser['error'] {
    return this.#parser.isUpgraded ? 'CAL_ERR_REPLY_MALFORMED' : this.#parser.error
  }

  /** Reads `bytes[from, to)`; what is wrong with them stands in {@link error}. */
  read(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes
    this.#startAt = from
    this.#parser.read(bytes, from, to)
    if (this.error === null) this.#keep(to)
  }

  /** The connection has ended. */
  end(): void {
    this.#bytes = Buffer.alloc(0)
    this.#startAt = 0
    this.#parser.end()
  }

  dispose(): void {
    this.#parser[Symbol.dispose]()
  }

  responseHead({ status }: ResponseHead): void {
    this.#status = status
  }

  responseBody(bytes: Uint8Array, start: number, end: number): void {
    this.#bodyBytes += end - start
    if (this.#consumer.wantsBody) this.#body.push(Buffer.from(bytes.subarray(start, end)))
  }

  responseEnd({ keepsAlive, at }: ResponseEnd): void {
    const body = this.#consumer.wantsBody ? Buffer.concat(this.#body) : null
    const response = { status: this.#status, bodyBytes: this.#bodyBytes, body }
    const bytes = this.#wholeUntil(at)
    this.#body = []
    this.#bodyBytes = 0
    this.#earlier = []
    this.#earlierBytes = 0
    this.#startAt = at
    this.#consumer.responseRead(response, bytes, keepsAlive)
  }

  #wholeUntil(at: number): Uint8Array | null {
    if (this.#earlier === null) return null
    const here = this.#bytes.subarray(this.#startAt, at)
    return this.#earlier.length === 0 ? here : Buffer.concat([...this.#earlier, here])
  }

  /** The read ends in mid-response: its bytes are only lent. */
  #keep(to: number): void {
    if (to === this.#startAt || this.#earlier === null) return
    this.#earlierBytes += to - this.#startAt
    if (this.#earlierBytes > LARGEST_TEMPLATE) this.#earlier = null
    else this.#earlier.push(Buffer.from(this.#bytes.subarray(this.#startAt, to)))
  }
}
