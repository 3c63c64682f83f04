/** A reply as a client understands it. */
export interface Reply {
  readonly status: number
  readonly reason: string
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** Decoded from its framing, one character a byte. */
  readonly body: string
}

const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) ([^\r\n]*)\r\n/
const FIELD_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ([^\r\n]*)\r\n/

/**
 * Takes a stream of replies apart, to the letter: whatever is left over or malformed throws.
 * @param methods of the requests, in order: replies to HEAD have no body (those not given are no HEAD)
 * @param isEnded whether the end of the stream may mark the end of the last body
 */
export function readReplies(text: string, methods: readonly string[] = [], isEnded = false): Reply[] {
  const replies: Reply[] = []
  let finalReplies = 0
  for (let rest = text; rest !== '';) {
    const [head, afterHead] = readHead(rest)
    const isInterim = head.status < 200
    const isBodiless =
      isInterim || head.status === 204 || head.status === 304 || methods[finalReplies] === 'HEAD'
    const [body, afterBody] = isBodiless ? ['', afterHead] : readBody(head, afterHead, isEnded)
    replies.push({ ...head, body })
    if (!isInterim) finalReplies++
    rest = afterBody
  }
  return replies
}

function readHead(text: string): [Omit<Reply, 'body'>, string] {
  const statusLine = STATUS_LINE.exec(text)
  if (statusLine === null) throw new Error(`no status line: ${JSON.stringify(text.slice(0, 80))}`)
  let rest = text.slice(statusLine[0].length)
  const headers = new Map<string, string>()
  while (!rest.startsWith('\r\n')) {
    const line = FIELD_LINE.exec(rest)
    if (line === null) throw new Error(`no field line: ${JSON.stringify(rest.slice(0, 80))}`)
    const name = line[1]!.toLowerCase()
    if (headers.has(name) && name !== 'set-cookie') throw new Error(`${name} comes twice`)
    headers.set(name, line[2]!)
    rest = rest.slice(line[0].length)
  }
  return [{ status: Number(statusLine[1]), reason: statusLine[2]!, headers }, rest.slice(2)]
}

function readBody({ headers }: Omit<Reply, 'body'>, text: string, isEnded: boolean): [string, string] {
  const length = headers.get('content-length')
  const coding = headers.get('transfer-encoding')
  if (coding !== undefined) {
    if (coding !== 'chunked' || length !== undefined) throw new Error('ambiguous framing')
    return readChunks(text)
  }
  if (length === undefined) {
    if (!isEnded || headers.get('connection') !== 'close') throw new Error('a body without an end')
    return [text, '']
  }
  if (text.length < Number(length)) throw new Error(`a body of ${length} has ${text.length} bytes`)
  return [text.slice(0, Number(length)), text.slice(Number(length))]
}

function readChunks(text: string): [string, string] {
  let body = ''
  for (let rest = text; ;) {
    const size = /^([0-9a-f]+)\r\n/.exec(rest)
    if (size === null) throw new Error(`no chunk: ${JSON.stringify(rest.slice(0, 40))}`)
    const length = parseInt(size[1]!, 16)
    const end = size[0].length + length
    if (rest.slice(end, end + 2) !== '\r\n') throw new Error('a chunk without an end')
    body += rest.slice(size[0].length, end)
    rest = rest.slice(end + 2)
    if (length === 0) return [body, rest]
  }
}
