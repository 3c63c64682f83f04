import { CalandriaTypeError } from 'calandria'
import type { Expectation, RequestPattern } from './load-options.js'
import type { RequestSetting } from './load-result.js'

/** A request as it goes on the wire, and what is expected back. Goes from process to process. */
export interface RenderedRequest {
  readonly method: string
  readonly target: string
  readonly bytes: Buffer
  readonly bodyBytes: number
  readonly weight: number
  readonly expect: RenderedExpectation
}

/** An {@link Expectation} with nothing left open. */
export interface RenderedExpectation {
  /** `null`: 200 to 299. */
  readonly statuses: readonly number[] | null
  /** `null`: any. */
  readonly length: number | null
  /** `null`: any. */
  readonly body: Buffer | null
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const TARGET = /^[/*][\x21-\x7e\x80-\xff]*$/
// RFC 9110 §5.5, without the obsolete line folding: no control characters but the tab, no blanks around it.
const FIELD_VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/
/** How long a body is, says the generator. */
const OWN_FIELDS = ['content-length', 'transfer-encoding']

/**
 * @param where what the pattern is called in an error
 * @throws CalandriaTypeError `CAL_ERR_OPTION`
 */
export function renderRequest(pattern: RequestPattern, url: URL, where: string): RenderedRequest {
  const { path = url.pathname + url.search, headers = [], weight = 1 } = pattern
  const body = bytesOf(pattern.body)
  const method = pattern.method ?? (body === null ? 'GET' : 'POST')
  if (!TOKEN.test(method)) throw wrong(where, `the method ${JSON.stringify(method)} is no token`)
  if (method === 'CONNECT') throw wrong(where, 'CONNECT opens a tunnel, which is no load')
  if (!TARGET.test(path))
    throw wrong(where, `the path must begin with / and hold no blanks, not ${JSON.stringify(path)}`)
  if (!(weight > 0 && weight < Infinity)) throw wrong(where, `the weight must be above 0, not ${weight}`)

  const lines = [`${method} ${path} HTTP/1.1`]
  if (!headers.some(([name]) => name.toLowerCase() === 'host')) lines.push(`Host: ${url.host}`)
  for (const [name, value] of headers) lines.push(fieldLine(name, value, where))
  if (body !== null) lines.push(`Content-Length: ${body.length}`)
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return {
    method,
    target: path,
    bytes: body === null ? head : Buffer.concat([head, body]),
    bodyBytes: body?.length ?? 0,
    weight,
    expect: renderExpectation(pattern.expect ?? {}, where),
  }
}

export function describeRequest({
  method,
  target,
  bytes,
  bodyBytes,
  weight,
}: RenderedRequest): RequestSetting {
  return { method, target, headBytes: bytes.length - bodyBytes, bodyBytes, weight }
}

function fieldLine(name: string, value: string, where: string): string {
  if (!TOKEN.test(name)) throw wrong(where, `the header name ${JSON.stringify(name)} is no token`)
  if (!FIELD_VALUE.test(value))
    throw wrong(where, `the value of the header ${name} holds a control character or blanks around it`)
  if (OWN_FIELDS.includes(name.toLowerCase()))
    throw wrong(where, `${name} is the generator's own: a body is sent with its length`)
  return `${name}: ${value}`
}

function renderExpectation({ status, length, body }: Expectation, where: string): RenderedExpectation {
  const statuses = status === undefined ? null : typeof status === 'number' ? [status] : [...status]
  if (statuses !== null && !(statuses.length > 0 && statuses.every(isStatus)))
    throw wrong(where, 'an expected status is a whole number from 200 to 599')
  if (length !== undefined && !(Number.isSafeInteger(length) && length >= 0))
    throw wrong(where, `the expected length must be a whole number, not ${length}`)
  const expected = bytesOf(body)
  if (expected !== null && length !== undefined && expected.length !== length)
    throw wrong(where, `the expected body has ${expected.length} bytes, and ${length} are expected`)
  return { statuses, length: length ?? expected?.length ?? null, body: expected }
}

function bytesOf(body: string | Uint8Array | undefined): Buffer | null {
  if (body === undefined) return null
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body)
}

function isStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 599
}

function wrong(where: string, detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OPTION', `${where}: ${detail}`)
}
