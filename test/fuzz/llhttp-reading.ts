import { createRequire } from 'node:module'
import { Errno } from '../../src/http/parser/llhttp/errno.js'
import { type LlhttpExports, MessageType } from '../../src/http/parser/llhttp/llhttp-exports.js'
import { type LlhttpInstance, MOST_BYTES_AT_ONCE } from '../../src/http/parser/llhttp/llhttp-instance.js'
import type { LlhttpSink } from '../../src/http/parser/llhttp/llhttp-sink.js'
import { Lines } from './lines.js'
import type { Ending, Reading, ReadRequest } from './reading.js'

const { ERROR, METHODS } = createRequire(import.meta.url)('undici/lib/llhttp/constants.js') as Record<
  'ERROR' | 'METHODS',
  Record<string, number>
>
const CONNECT_METHOD = METHODS['CONNECT']
const methodNames = new Map(Object.entries(METHODS).map(([name, number]) => [number, name]))
const errorNames = new Map(Object.entries(ERROR).map(([name, number]) => [number, name]))

interface OracleExports extends LlhttpExports {
  llhttp_resume_after_upgrade(parser: number): void
}

/**
 * What llhttp makes of a stream of requests: nothing added, nothing taken away. It is the oracle, so it shares no
 * code with our own parsers but the instance.
 */
export class LlhttpReader implements LlhttpSink {
  readonly #llhttp: LlhttpInstance
  readonly #exports: OracleExports
  #parser = 0
  #text = ''
  #requests: ReadRequest[] = []
  #target = ''
  #body = ''
  #lines = new Lines()
  #fields: string[] = []
  #isMidRequest = false
  #isLast = false

  constructor(llhttp: LlhttpInstance) {
    this.#llhttp = llhttp
    this.#exports = llhttp.exports as OracleExports
  }

  read(pieces: readonly string[]): Reading {
    this.#parser = this.#llhttp.take(MessageType.Request)
    this.#requests = []
    this.#lines.take()
    this.#isMidRequest = this.#isLast = false
    let ending: Ending | null = null
    let tunnel = ''
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; at += MOST_BYTES_AT_ONCE) {
        const part = piece.slice(at, at + MOST_BYTES_AT_ONCE)
        if (ending === null) ending = this.#readPart(part)
        else tunnel += part
      }
    }
    this.#llhttp.release(MessageType.Request, this.#parser)
    if (ending?.kind === 'tunnel') ending = { kind: 'tunnel', bytes: ending.bytes + tunnel }
    return { requests: this.#requests, ending: ending ?? { kind: 'waits', isMidRequest: this.#isMidRequest } }
  }

  #readPart(text: string): Ending | null {
    this.#text = text
    const bytes = Buffer.from(text, 'latin1')
    const exports = this.#exports
    this.#llhttp.load(bytes, 0, bytes.length, 0)
    let errno = this.#llhttp.run(this.#parser, this)
    for (;;) {
      if (errno === Errno.Ok) return null
      if (this.#isLast) return { kind: 'closed' }
      const at = this.#llhttp.stoppedAt(this.#parser)
      if (errno === Errno.Paused) exports.llhttp_resume(this.#parser)
      else if (errno !== Errno.PausedUpgrade)
        return { kind: 'refused', code: errorNames.get(errno) ?? String(errno) }
      else if (exports.llhttp_get_method(this.#parser) === CONNECT_METHOD)
        return { kind: 'tunnel', bytes: text.slice(at) }
      // A server that doesn't know the protocol goes on with HTTP.
      else exports.llhttp_resume_after_upgrade(this.#parser)
      errno = this.#llhttp.run(this.#parser, this, at)
    }
  }

  messageBegin(): number {
    this.#target = this.#body = ''
    this.#isMidRequest = true
    return Errno.Ok
  }

  url(start: number, end: number): number {
    this.#target += this.#text.slice(start, end)
    return Errno.Ok
  }

  status(): number {
    return Errno.Ok
  }

  headerField(start: number, end: number): number {
    this.#lines.addName(this.#text.slice(start, end))
    return Errno.Ok
  }

  headerValue(start: number, end: number): number {
    this.#lines.addValue(this.#text.slice(start, end))
    return Errno.Ok
  }

  headersComplete(): number {
    this.#fields = this.#lines.take()
    return Errno.Ok
  }

  body(start: number, end: number): number {
    this.#body += this.#text.slice(start, end)
    return Errno.Ok
  }

  messageComplete(): number {
    const exports = this.#exports
    const major = exports.llhttp_get_http_major(this.#parser)
    this.#requests.push({
      method: methodNames.get(exports.llhttp_get_method(this.#parser)) ?? '?',
      target: this.#target,
      minor: (major - 1) * 10 + exports.llhttp_get_http_minor(this.#parser),
      fields: this.#fields,
      body: this.#body,
      trailers: this.#lines.take(),
    })
    this.#isMidRequest = false
    const isConnect = exports.llhttp_get_method(this.#parser) === CONNECT_METHOD
    this.#isLast = !isConnect && exports.llhttp_should_keep_alive(this.#parser) === 0
    return this.#isLast ? Errno.Paused : Errno.Ok
  }
}
