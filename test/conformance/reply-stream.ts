/** A reply as a client understands it. */
export interface Reply {
  readonly status: number
  /** Names in lower case; lines of one name joined with a comma. */
  readonly headers: ReadonlyMap<string, string>
  /** Without its framing, one character a byte. */
  readonly body: string
}

/** What can be read of a stream of replies so far. */
export interface ReadReplies {
  readonly replies: readonly Reply[]
  /** Heads that are complete: one more than replies while a body is on its way. */
  readonly heads: number
  /** What stands behind the last complete reply, or what a tunnel has brought. */
  readonly rest: string
  readonly isTunnel: boolean
  /** The first thing that isn't HTTP, if there is one. */
  readonly fault: string | null
}

const STATUS_LINE = /^HTTP\/1\.[01] ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const FIELD_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/

/**
 * Takes `text` apart, from its beginning: it is called again with more. The grammar is that of RFC 9112, strictly.
 * @param methods of the requests, in order; those not given are neither HEAD nor CONNECT
 * @param isEnded whether the connection has ended, which may be the end of a body
 */
export function readReplies(text: string, methods: readonly string[], isEnded: boolean): ReadReplies {
  const replies: Reply[] = []
  let finalReplies = 0
  let rest = text
  const stop = (heads: number, fault: string | null = null, isTunnel = false): ReadReplies => ({
    replies,
    heads,
    rest,
    isTunnel,
    fault,
  })
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) return stop(replies.length)
    const head = readHead(rest.slice(0, end))
    if (typeof head === 'string') return stop(replies.length, head)
    const method = methods[finalReplies] ?? 'GET'
    const body = readBody(head, rest.slice(end + 4), method, isEnded)
    if (typeof body === 'string') return stop(replies.length + 1, body)
    if (body === null) return stop(replies.length + 1)
    replies.push({ ...head, body: body[0] })
    rest = body[1]
    if (head.status >= 200) finalReplies++
    const isTunnel = head.status === 101 || (method === 'CONNECT' && head.status >= 200 && head.status < 300)
    if (isTunnel) return stop(replies.length, null, true)
  }
}

type Head = Omit<Reply, 'body'>

function readHead(text: string): Head | string {
  const [statusLine = '', ...lines] = text.split('\r\n')
  const status = STATUS_LINE.exec(statusLine)?.[1]
  if (status === undefined) return `no status line: ${JSON.stringify(statusLine.slice(0, 60))}`
  const headers = new Map<string, string>()
  for (const line of lines) {
    const field = FIELD_LINE.exec(line)
    if (field === null) return `no field line: ${JSON.stringify(line.slice(0, 60))}`
    const name = field[1]!.toLowerCase()
    const before = headers.get(name)
    headers.set(name, before === undefined ? field[2]! : `${before}, ${field[2]!}`)
  }
  return { status: Number(status), headers }
}

/** @returns the body and what follows it; `null` when it isn't complete; what is wrong, as a string */
function readBody(
  { status, headers }: Head,
  text: string,
  method: string,
  isEnded: boolean,
): readonly [string, string] | null | string {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return ['', text]
  const length = headers.get('content-length')
  const coding = headers.get('transfer-encoding')
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') return `Transfer-Encoding: ${coding}`
    if (length !== undefined) return 'both Content-Length and Transfer-Encoding'
    return readChunks(text)
  }
  if (length === undefined) return isEnded ? [text, ''] : null
  if (!/^\d{1,9}$/.test(length)) return `Content-Length: ${length}`
  return text.length < Number(length) ? null : [text.slice(0, Number(length)), text.slice(Number(length))]
}

function readChunks(text: string): readonly [string, string] | null | string {
  let body = ''
  for (let rest = text; ;) {
    const lineEnd = rest.indexOf('\r\n')
    if (lineEnd === -1) return null
    const size = rest.slice(0, lineEnd)
    if (!/^[0-9a-fA-F]{1,8}$/.test(size)) return `no chunk size: ${JSON.stringify(size.slice(0, 40))}`
    const end = lineEnd + 2 + parseInt(size, 16)
    if (rest.length < end + 2) return null
    if (rest.slice(end, end + 2) !== '\r\n') return 'a chunk does not end with CR LF'
    body += rest.slice(lineEnd + 2, end)
    rest = rest.slice(end + 2)
    if (Number(`0x${size}`) === 0) return [body, rest]
  }
}
