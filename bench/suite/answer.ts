/** One response, as it stands in bytes that were received; one character is one byte. */
export interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
  /** Where it ends. */
  readonly end: number
}

/**
 * Reads what a peer sends that means well: this finds out whether a server answers as it should, and is no parser for
 * the world.
 * @returns undefined while it isn't whole
 */
export function readAnswer(received: string, from: number): Answer | undefined {
  const headEnd = received.indexOf('\r\n\r\n', from)
  if (headEnd === -1) return undefined
  const head = received.slice(from, headEnd)
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])
  const body = /\r\ntransfer-encoding: *chunked/i.test(head)
    ? chunkedBody(received, headEnd + 4)
    : countedBody(received, headEnd + 4, Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]))
  return body === undefined ? undefined : { status, head, ...body }
}

function countedBody(
  received: string,
  from: number,
  bytes: number,
): { body: string; end: number } | undefined {
  const end = from + bytes
  return end <= received.length ? { body: received.slice(from, end), end } : undefined
}

function chunkedBody(received: string, from: number): { body: string; end: number } | undefined {
  let body = ''
  for (let at = from; ;) {
    const lineEnd = received.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const bytes = Number.parseInt(received.slice(at, lineEnd), 16)
    const end = lineEnd + 2 + bytes + 2
    if (!(end <= received.length)) return undefined
    if (bytes === 0) return { body, end }
    body += received.slice(lineEnd + 2, end - 2)
    at = end
  }
}
