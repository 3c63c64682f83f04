/** A program: the clients of one case. It prepares, reports that it is ready, and sends when it is told to. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { caseFrom, obey, reportReady } from './messages.js'
import { DOWNLOAD_BYTES, PACKET_REQUESTS, UPLOAD_BYTES } from './worst-case.js'

/** As many at a time as fit into a backlog that nobody configured. */
const OPENING_AT_ONCE = 100

const port = Number(process.argv[2])
const worstCase = caseFrom(process.argv[3])
const { before, send, connections } = worstCase

const head = (method: string, path: string, fields = ''): string =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`
const PACKET = Buffer.from(head('GET', '/').repeat(PACKET_REQUESTS))
const CHUNK = Buffer.concat([Buffer.from('4000\r\n'), Buffer.alloc(0x4000, 'x'), Buffer.from('\r\n')])

const received = Buffer.allocUnsafe(256 * 1024)

/** Counts what comes back on one connection. */
class Client {
  readonly socket: Socket
  bytes = 0
  /** The first bytes that came. */
  beginning = ''
  #wake: (() => void) | null = null

  constructor() {
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: received, // by all of them: what is in it is counted at once
        callback: (count, buffer) => {
          if (this.beginning.length < 512) this.beginning += Buffer.from(buffer).toString('latin1', 0, count)
          this.bytes += count
          this.#wake?.()
          return true
        },
      },
    })
    this.socket.on('error', () => undefined) // a server that aborts resets
  }

  async received(bytes: number): Promise<void> {
    while (this.bytes < bytes) await new Promise<void>((resolve) => (this.#wake = resolve))
  }
}

const clients: Client[] = []
/** Bytes of one answer, head and body, of `/`. */
let answerBytes = 0

if (before !== 'no connection') {
  while (clients.length < connections) {
    const some = Array.from({ length: Math.min(OPENING_AT_ONCE, connections - clients.length) }, open)
    clients.push(...(await Promise.all(some)))
  }
}

obey(async (order) => {
  if (order === 'send') await sendAll()
  return {}
})
reportReady()

async function open(): Promise<Client> {
  const client = new Client()
  await once(client.socket, 'connect')
  if (before === 'nothing') return client
  client.socket.write(head('GET', before === 'answered' ? '/' : '/never'))
  if (before === 'unanswered') return client
  await client.received(Math.max(answerBytes, 1))
  answerBytes = client.bytes
  return client
}

async function sendAll(): Promise<void> {
  if (before === 'no connection') {
    const arriving = Array.from({ length: connections }, () => new Client())
    await Promise.all(arriving.map(({ socket }) => once(socket, 'connect')))
    clients.push(...arriving)
    return
  }
  await Promise.all(clients.map((client) => sendOne(client)))
}

async function sendOne(client: Client): Promise<void> {
  const { socket } = client
  client.bytes = 0
  switch (send) {
    case 'nothing':
      return
    case 'leave':
      socket.end()
      await once(socket, 'close')
      return
    case 'again':
      socket.write(head('GET', '/'))
      return client.received(answerBytes)
    case 'pipelined':
      socket.write(PACKET)
      return client.received(PACKET_REQUESTS * answerBytes)
    case 'download':
      socket.write(head('GET', '/download'))
      return client.received(DOWNLOAD_BYTES + 1)
    case 'upload':
      socket.write(head('POST', '/upload', 'Transfer-Encoding: chunked\r\n'))
      for (let sent = 0; sent < UPLOAD_BYTES; sent += 0x4000)
        if (!socket.write(CHUNK)) await once(socket, 'drain')
      socket.write('0\r\n\r\n')
      return client.received(1)
  }
}
