/**
 * Bodies of bytes on a real socket: turned into text that joins the batch (one write of one string), or left where
 * they are as elements of a gathering write. Where the two cross is where `SMALL_BYTES` of the batch belongs.
 */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { IoCounters } from '#calandria/io/io-counters.js'
import { SocketTransport } from '#calandria/io/socket-transport.js'
import { WriteBatch } from '#calandria/io/write-batch.js'
import { Reactor } from '#calandria/reactor/reactor.js'
import { killChildren, startChild } from '../children.js'
import { Pinning } from '../pinning.js'
import { print, summarize, type Row } from './report.js'

const SIZES = [100, 1000, 2000, 4000, 10_000]
const REPLIES = [1, 8] // a batch
const ROUNDS = 2000
const WARM_UP_ROUNDS = 300
const HEAD =
  'HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: application/octet-stream\r\n\r\n'

const reactor = new Reactor({ driver: null })

type Way = readonly [name: string, write: (body: Buffer, replies: number) => void]

function waysOf(transport: SocketTransport): Way[] {
  const batch = new WriteBatch(transport, reactor)
  return [
    [
      'gathering write',
      (body, replies) => {
        const segments = []
        for (let i = 0; i < replies; i++) segments.push(HEAD, body)
        transport.writeAll(segments)
      },
    ],
    [
      'as text, one write',
      (body, replies) => {
        let text = ''
        for (let i = 0; i < replies; i++) text += HEAD + body.toString('latin1')
        transport.write(text)
      },
    ],
    [
      'WriteBatch',
      (body, replies) => {
        for (let i = 0; i < replies; i++) {
          batch.appendText(HEAD)
          batch.appendBytes(body)
        }
        batch.flush()
      },
    ],
  ]
}

/** Only the writing is timed; after each the reader says that it has got everything, so the kernel has room. */
async function measure(
  socket: Socket,
  transport: SocketTransport,
  size: number,
  replies: number,
): Promise<Row[]> {
  const ways = waysOf(transport)
  const rounds = ways.map(() => new Float64Array(ROUNDS))
  const body = Buffer.alloc(size, 'b')
  const announcement = Buffer.alloc(4)
  announcement.writeUInt32BE(replies * (HEAD.length + size))
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const i = (round + WARM_UP_ROUNDS + turn) % ways.length
      let elapsedMs = 0
      socket.write(announcement)
      const start = performance.now()
      ways[i]![1](body, replies)
      process.nextTick(() => (elapsedMs = performance.now() - start)) // the stream has work left for then, too
      await acknowledged(socket)
      if (round >= 0) rounds[i]![round] = (elapsedMs * 1e6) / replies
    }
  }
  return summarize(
    `${replies} of ${size} B`,
    ways.map(([name]) => name),
    rounds,
  )
}

let acknowledge: () => void

function acknowledged(socket: Socket): Promise<void> {
  if (socket.destroyed) throw new Error('the reader has gone')
  return new Promise((resolve) => (acknowledge = resolve))
}

process.on('exit', killChildren)
const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as { port: number }
const reader = fileURLToPath(new URL('./counting-reader.js', import.meta.url))
startChild(...new Pinning([0, 1]).load(process.execPath, [reader, String(port)]), { stdio: 'inherit' })
const [socket] = (await once(server, 'connection')) as [Socket]
const transport = new SocketTransport(socket, reactor, new IoCounters(), false)
transport.attach({
  onBytes: () => acknowledge(),
  onDrain: () => undefined,
  onEnd: () => undefined,
  onClose: () => undefined,
})

const rows: Row[] = []
for (const replies of REPLIES) {
  for (const size of SIZES) rows.push(...(await measure(socket, transport, size, replies)))
}
print({ title: 'WriteBatch: bodies of bytes, on a socket', unit: 'reply', rows })
socket.destroy()
server.close()
