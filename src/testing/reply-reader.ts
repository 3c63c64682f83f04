import { CalandriaError } from '../errors/calandria-error.js'
import type { Reply } from './reply.js'

/** Who is told what is read. */
export interface ReplyListener {
  interimRead(status: number): void
  replyRead(reply: Reply): void
}

const STATUS_LINE = /^HTTP\/1\.1 ([1-9]\d\d) ([\t\x20-\x7e\x80-\xff]*)$/
const FIELD_LINE =
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)[\t ]*$/
const CHUNK_SIZE = /^([0-9a-f]{1,13})$/i
/** Fields that must not come twice. */
const SINGLE: readonly string[] = [
  'content-length',
  'transfer-encoding',
  'date',
  'content-type',
  'connection',
]
/** Bytes that are looked at as text at once: many replies may stand behind the first. */
const PIECE = 4096
/** A line or head that is longer is none. */
const LONGEST_HEAD = 1024 * 1024

enum Reading {
  Head,
  Body,
  ChunkSize,
  ChunkData,
  ChunkEnd,
  Trailers,
  UntilEnd,
}

interface Head {
  readonly status: number
  readonly reason: string
  readonly headers: ReadonlyMap<string, string>
}

/**
 * Reads the replies of one connection and believes nothing: every byte must belong to a reply that was asked for. It
 * shares no code with the server, so that both can't be wrong in the same way.
 */
export class ReplyReader {
  readonly #listener: ReplyListener
  readonly #methods: string[] = []
  #reading = Reading.Head
  #head: Head | null = null
  #interim: number[] = []
  #body: Buffer[] = []
  #trailers: string[] = []
  /** Bytes of the body, or of its chunk, that are still to come. */
  #left = 0
  /** A head or a line that is not complete. */
  #carry = ''

  constructor(listener: ReplyListener) {
    this.#listener = listener
  }

  /** A request was sent; its method tells whether its reply has a body. */
  expect(method: string): void {
    this.#methods.push(method)
  }

  /** Replies that are still to come, the one being read included. */
  get awaited(): number {
    return this.#methods.length
  }

  /** Whether a reply has begun and is not complete. */
  get isMidReply(): boolean {
    return this.#reading !== Reading.Head || this.#carry !== ''
  }

  /** @param lent copied where it is kept. @throws CalandriaError `CAL_ERR_REPLY_MALFORMED`, `CAL_ERR_REPLY_UNEXPECTED` */
  read(lent: Uint8Array): void {
    for (let at = 0; at < lent.length;) at += this.#step(lent.subarray(at))
  }

  /** The server has half-closed. @throws CalandriaError `CAL_ERR_REPLY_CUT_SHORT` */
  end(): void {
    if (this.#reading === Reading.UntilEnd) this.#complete(new Map())
    else if (this.isMidReply)
      throw new CalandriaError('CAL_ERR_REPLY_CUT_SHORT', `in ${Reading[this.#reading]}`)
  }

  /** @returns how many bytes were read */
  #step(bytes: Uint8Array): number {
    switch (this.#reading) {
      case Reading.Head:
        if (this.#methods.length === 0)
          throw new CalandriaError('CAL_ERR_REPLY_UNEXPECTED', shown(latin1(bytes)))
        return this.#readUpTo('\r\n\r\n', bytes, (text) => this.#takeHead(text))
      case Reading.ChunkSize:
        return this.#readUpTo('\r\n', bytes, (text) => this.#takeSize(text))
      case Reading.ChunkEnd:
        return this.#readUpTo('\r\n', bytes, (text) => this.#takeChunkEnd(text))
      case Reading.Trailers:
        return this.#readUpTo('\r\n', bytes, (text) => this.#takeTrailer(text))
      case Reading.Body:
      case Reading.ChunkData:
        return this.#takeBody(bytes)
      case Reading.UntilEnd:
        this.#body.push(Buffer.from(bytes))
        return bytes.length
    }
  }

  #readUpTo(mark: string, bytes: Uint8Array, take: (text: string) => void): number {
    const before = this.#carry.length
    const piece = bytes.subarray(0, PIECE)
    const text = this.#carry + latin1(piece)
    const end = text.indexOf(mark, Math.max(before - mark.length, 0))
    if (end === -1) {
      this.#carry = text
      if (text.length > LONGEST_HEAD) throw malformed('it has no end', text)
      return piece.length
    }
    this.#carry = ''
    take(text.slice(0, end))
    return end + mark.length - before
  }

  #takeHead(text: string): void {
    const [first = '', ...lines] = text.split('\r\n')
    const match = STATUS_LINE.exec(first)
    if (match === null) throw malformed('no status line', first)
    const head = { status: Number(match[1]), reason: match[2] ?? '', headers: fieldsOf(lines) }
    if (head.status < 200) {
      if (head.headers.has('content-length') || head.headers.has('transfer-encoding'))
        throw malformed('an interim response with a body', text)
      this.#interim.push(head.status)
      this.#listener.interimRead(head.status)
      if (head.status !== 101) return
    }
    this.#head = head
    this.#begin(head)
  }

  /** RFC 9112 §6.3 */
  #begin({ status, headers }: Head): void {
    const length = headers.get('content-length')
    const coding = headers.get('transfer-encoding')
    if (coding !== undefined && (coding !== 'chunked' || length !== undefined))
      throw malformed('ambiguous framing', `${coding}, ${String(length)}`)
    if (length !== undefined && !/^\d{1,15}$/.test(length)) throw malformed('Content-Length', length)
    if (this.#methods[0] === 'HEAD' || status < 200 || status === 204 || status === 304) {
      this.#complete(new Map())
    } else if (coding !== undefined) {
      this.#reading = Reading.ChunkSize
    } else if (length !== undefined) {
      this.#reading = Reading.Body
      this.#left = Number(length)
      if (this.#left === 0) this.#complete(new Map())
    } else {
      if (headers.get('connection') !== 'close') throw malformed('a body without an end', '')
      this.#reading = Reading.UntilEnd
    }
  }

  #takeBody(bytes: Uint8Array): number {
    const piece = Buffer.from(bytes.subarray(0, this.#left))
    this.#body.push(piece)
    this.#left -= piece.length
    if (this.#left > 0) return piece.length
    if (this.#reading === Reading.Body) this.#complete(new Map())
    else this.#reading = Reading.ChunkEnd
    return piece.length
  }

  #takeChunkEnd(text: string): void {
    if (text !== '') throw malformed('a chunk without an end', text)
    this.#reading = Reading.ChunkSize
  }

  #takeSize(text: string): void {
    const match = CHUNK_SIZE.exec(text)
    if (match === null) throw malformed('no chunk size', text)
    this.#left = parseInt(match[1] ?? '', 16)
    this.#reading = this.#left === 0 ? Reading.Trailers : Reading.ChunkData
  }

  #takeTrailer(text: string): void {
    if (text !== '') this.#trailers.push(text)
    else this.#complete(fieldsOf(this.#trailers))
  }

  #complete(trailers: ReadonlyMap<string, string>): void {
    const reply: Reply = {
      ...(this.#head as Head),
      body: Buffer.concat(this.#body),
      trailers,
      interim: this.#interim,
    }
    this.#methods.shift()
    this.#reading = Reading.Head
    this.#head = null
    this.#interim = []
    this.#body = []
    this.#trailers = []
    this.#listener.replyRead(reply)
  }
}

function fieldsOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const line of lines) {
    const match = FIELD_LINE.exec(line)
    if (match === null) throw malformed('no field line', line)
    const name = (match[1] ?? '').toLowerCase()
    const before = fields.get(name)
    if (before !== undefined && SINGLE.includes(name)) throw malformed(`${name} comes twice`, line)
    fields.set(name, before === undefined ? (match[2] ?? '') : `${before}, ${match[2] ?? ''}`)
  }
  return fields
}

function malformed(what: string, where: string): CalandriaError {
  return new CalandriaError('CAL_ERR_REPLY_MALFORMED', `${what}: ${shown(where)}`)
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80))
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
