import type { Errno } from './errno.js'
import type { LlhttpExports, MessageType } from './llhttp-exports.js'
import type { LlhttpSink } from './llhttp-sink.js'

/** Bytes that llhttp is given at once. */
export const MOST_BYTES_AT_ONCE = 16 * 1024

/** Room in front of the bytes, for a longer method than the one that came (see the request parser). */
const HEADROOM = 8

/** Parsers that wait for the next head; more are freed. */
const MOST_SPARE = 64

/**
 * One instance of llhttp's WebAssembly module, with one place for bytes: whatever a parser is given is copied there.
 * Any number of parsers share it, because only one of them is at work at a time.
 */
export class LlhttpInstance {
  readonly exports: LlhttpExports
  readonly #bytesAt: number
  #memory: Uint8Array
  #sink: LlhttpSink | null = null
  /** The address of the caller's position 0. */
  #origin = 0
  /** What was loaded. */
  #start = 0
  #end = 0
  readonly #spare = new Map<MessageType, number[]>()

  /** @param instantiate makes an instance of the module that calls these functions */
  constructor(instantiate: (imports: Record<string, LlhttpCallback>) => LlhttpExports) {
    const sink = (): LlhttpSink => this.#sink as LlhttpSink
    this.exports = instantiate({
      wasm_on_message_begin: () => sink().messageBegin(),
      wasm_on_url: (_, at, length) => sink().url(at - this.#origin, at - this.#origin + length),
      wasm_on_status: (_, at, length) => sink().status(at - this.#origin, at - this.#origin + length),
      wasm_on_header_field: (_, at, length) =>
        sink().headerField(at - this.#origin, at - this.#origin + length),
      wasm_on_header_value: (_, at, length) =>
        sink().headerValue(at - this.#origin, at - this.#origin + length),
      wasm_on_headers_complete: (_, status) => sink().headersComplete(status),
      wasm_on_body: (_, at, length) => sink().body(at - this.#origin, at - this.#origin + length),
      wasm_on_message_complete: () => sink().messageComplete(),
    })
    this.exports._initialize()
    this.#bytesAt = this.exports.malloc(HEADROOM + MOST_BYTES_AT_ONCE) + HEADROOM
    this.#memory = new Uint8Array(this.exports.memory.buffer)
  }

  /**
   * A parser's memory, as good as new. It must come back by {@link release}: WebAssembly has no garbage collector.
   * A request parser holds one in the middle of a head only, so no connection that is idle holds any.
   */
  take(type: MessageType): number {
    return this.#spare.get(type)?.pop() ?? this.exports.llhttp_alloc(type)
  }

  release(type: MessageType, parser: number): void {
    let spare = this.#spare.get(type)
    if (spare === undefined) this.#spare.set(type, (spare = []))
    if (spare.length >= MOST_SPARE) {
      this.exports.llhttp_free(parser)
      return
    }
    this.exports.llhttp_reset(parser)
    spare.push(parser)
  }

  /**
   * Copies `bytes[from, to)`, at most {@link MOST_BYTES_AT_ONCE} of them, for the next {@link run}. All positions
   * are relative to `origin` from now on. In the place of the first `replaced` bytes `substitute` will be read.
   */
  load(
    bytes: Uint8Array,
    from: number,
    to: number,
    origin: number,
    substitute: Uint8Array | null = null,
    replaced = 0,
  ): void {
    // Memory that has grown is another buffer.
    if (this.#memory.length === 0) this.#memory = new Uint8Array(this.exports.memory.buffer)
    const at = this.#bytesAt
    this.#memory.set(bytes.subarray(from, to), at)
    this.#origin = at - from + origin
    this.#start = at
    this.#end = at + to - from
    if (substitute === null) return
    this.#start = at + replaced - substitute.length
    this.#memory.set(substitute, this.#start)
  }

  /** Lets `parser` read what was loaded, from its beginning or from `from` on. */
  run(parser: number, sink: LlhttpSink, from: number | null = null): Errno {
    const start = from === null ? this.#start : from + this.#origin
    this.#sink = sink
    try {
      return this.exports.llhttp_execute(parser, start, this.#end - start)
    } finally {
      this.#sink = null
    }
  }

  /** The connection has ended. */
  finish(parser: number, sink: LlhttpSink): Errno {
    this.#sink = sink
    try {
      return this.exports.llhttp_finish(parser)
    } finally {
      this.#sink = null
    }
  }

  /** Where the last {@link run} stopped. */
  stoppedAt(parser: number): number {
    return this.exports.llhttp_get_error_pos(parser) - this.#origin
  }
}

/** A function that llhttp calls. */
export type LlhttpCallback = (parser: number, a: number, b: number) => number
