import { ANY, type Exchange } from './exchanges.js'
import type { Wire } from './wire.js'

/** Reads the reply to `exchange`, and whatever interim ones come before it. @throws when it isn't the right one */
export async function readReply(wire: Wire, exchange: Exchange): Promise<void> {
  let { status, fields } = await readHead(wire)
  while (status === 100 || status === 103) ({ status, fields } = await readHead(wire))
  must('the status', status, exchange.status)
  const length = fields.get('content-length')
  const isChunked = fields.get('transfer-encoding') === 'chunked'
  if (isChunked === (length !== undefined)) throw new Error('neither or both of length and coding')
  if (exchange.isHead) return
  const { body, trailers } = isChunked
    ? await readChunks(wire)
    : { body: await readBytes(wire, Number(length)), trailers: '' }
  if (exchange.trailer !== undefined) must('the trailer', trailers.toLowerCase(), `${exchange.trailer}\r\n`)
  if (exchange.body !== ANY && !body.equals(exchange.body))
    throw new Error(`a body of ${body.length} bytes is not the one of ${exchange.body.length} bytes`)
}

/** Nothing more may come but the end. */
export async function readEnd(wire: Wire): Promise<void> {
  while (await wire.read());
  must('what follows the last reply', wire.peek().toString('latin1', 0, 200), '')
}

export async function readHead(wire: Wire): Promise<{ status: number; fields: Map<string, string> }> {
  const head = await readUntil(wire, '\r\n\r\n')
  const [statusLine = '', ...lines] = head.slice(0, -4).split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3}) [ -~]*$/.exec(statusLine)?.[1]
  if (status === undefined) throw new Error(`not a status line: ${JSON.stringify(statusLine.slice(0, 200))}`)
  const fields = new Map<string, string>()
  for (const line of lines) {
    const [, name = '', value = ''] = /^([\w-]+): (.*)$/.exec(line) ?? []
    if (name === '') throw new Error(`not a field line: ${JSON.stringify(line)}`)
    fields.set(name.toLowerCase(), value)
  }
  return { status: Number(status), fields }
}

export async function readBytes(wire: Wire, length: number): Promise<Buffer> {
  while (wire.length < length) await wire.mustRead(`${length} bytes`)
  return wire.take(length)
}

async function readChunks(wire: Wire): Promise<{ body: Buffer; trailers: string }> {
  const chunks: Buffer[] = []
  for (;;) {
    const line = await readUntil(wire, '\r\n')
    if (!/^[0-9a-f]+\r\n$/.test(line)) throw new Error(`not a chunk size: ${JSON.stringify(line)}`)
    const size = parseInt(line, 16)
    if (size === 0) break
    const chunk = await readBytes(wire, size + 2)
    must('the end of a chunk', chunk.toString('latin1', size), '\r\n')
    chunks.push(chunk.subarray(0, size))
  }
  let trailers = ''
  for (let line = await readUntil(wire, '\r\n'); line !== '\r\n'; line = await readUntil(wire, '\r\n'))
    trailers += line
  return { body: Buffer.concat(chunks), trailers }
}

async function readUntil(wire: Wire, mark: string): Promise<string> {
  for (;;) {
    const at = wire.length === 0 ? -1 : wire.peek().indexOf(mark)
    if (at !== -1) return wire.take(at + mark.length).toString('latin1')
    await wire.mustRead(JSON.stringify(mark))
  }
}

function must(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected)
    throw new Error(`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`)
}
