import { CalandriaTypeError } from '../errors/calandria-error.js'

/** What a simulated client can be asked to send. */
export interface ClientRequest {
  /** Default `GET`, or `POST` with a body. */
  readonly method?: string
  /** Default `/`. */
  readonly target?: string
  /** `Host`, and what frames the body, need not be among them. */
  readonly headers?: Readonly<Record<string, string>>
  /** A list is sent in chunks, one for each; anything else with a `Content-Length`. Default: no body. */
  readonly body?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** Sends the body when the server has said `100 Continue`, and not at all when it answers otherwise. Default `false`. */
  readonly expectContinue?: boolean
}

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string
  readonly head: string
  readonly body: Buffer
}

/** @throws CalandriaTypeError `CAL_ERR_OPTION` for what would be another message than was meant */
export function toWire(request: ClientRequest): WireRequest {
  const { body } = request
  const method = request.method ?? (body === undefined ? 'GET' : 'POST')
  const target = request.target ?? '/'
  const fields: [string, string][] = Object.entries(request.headers ?? {})
  const names = fields.map(([name]) => name.toLowerCase())
  if (!names.includes('host')) fields.unshift(['Host', 'server'])
  const isFramed = names.includes('content-length') || names.includes('transfer-encoding')
  if (Array.isArray(body) && !isFramed) fields.push(['Transfer-Encoding', 'chunked'])
  const bytes = Array.isArray(body) ? chunked(body as readonly (string | Uint8Array)[]) : toBytes(body ?? '')
  if (body !== undefined && !Array.isArray(body) && !isFramed)
    fields.push(['Content-Length', String(bytes.length)])
  if (request.expectContinue === true) fields.push(['Expect', '100-continue'])
  const lines = [`${method} ${target} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)]
  const broken = lines.find((line) => /[\r\n\0]|[^\0-\xff]/.test(line)) // it is written as Latin-1
  if (broken !== undefined) throw new CalandriaTypeError('CAL_ERR_OPTION', `a line of the request: ${broken}`)
  return { method, head: `${lines.join('\r\n')}\r\n\r\n`, body: bytes }
}

/** An empty piece would end the body, so it is left out. */
function chunked(pieces: readonly (string | Uint8Array)[]): Buffer {
  const parts = pieces.map(toBytes).filter((piece) => piece.length > 0)
  const coded = parts.flatMap((piece) => [
    Buffer.from(`${piece.length.toString(16)}\r\n`),
    piece,
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...coded, Buffer.from('0\r\n\r\n')])
}

function toBytes(body: unknown): Buffer {
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.length)
  throw new CalandriaTypeError('CAL_ERR_OPTION', 'a body is a string, bytes, or a list of them')
}
