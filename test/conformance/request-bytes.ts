/** Requests as bytes, one character each, written the way most clients write them. */

const CRLF = '\r\n'

/** A request line, the fields, and the empty line. */
export function head(line: string, ...fields: readonly string[]): string {
  return [line, ...fields, '', ''].join(CRLF)
}

/** A GET with a Host. */
export function get(target: string, ...fields: readonly string[]): string {
  return head(`GET ${target} HTTP/1.1`, 'Host: x', ...fields)
}

/** A POST to `/` with a Host, these fields, and then `body` as it is. */
export function post(fields: string | readonly string[], body: string): string {
  return head('POST / HTTP/1.1', 'Host: x', ...(typeof fields === 'string' ? [fields] : fields)) + body
}

/** A POST to `/` with its length. */
export function sized(body: string, ...fields: readonly string[]): string {
  return post([`Content-Length: ${body.length}`, ...fields], body)
}

/** A POST to `/` in chunked coding; `coded` is what stands behind the head, to the letter. */
export function chunked(coded: string, ...fields: readonly string[]): string {
  return post(['Transfer-Encoding: chunked', ...fields], coded)
}
