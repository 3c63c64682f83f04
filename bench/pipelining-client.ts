/**
 * A program: loads a server as wrk does (a connection sends a batch, waits for all its answers, sends the next)
 * and prints how much it did. It counts bytes: the harness has checked the answers and knows their length.
 */
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { type Attack, type Volume } from './load.js'

const attack = JSON.parse(process.argv[2]!) as Attack
const batch = Buffer.from(attack.batch, 'latin1')
const batchAnswerBytes = attack.answerBytes * attack.depth
const buffer = Buffer.allocUnsafe(256 * 1024)
const sockets: Socket[] = []
let receivedBytes = 0
let stopping = false

const startMs = performance.now()
for (let i = 0; i < attack.connections; i++) sockets.push(open())
setTimeout(stop, attack.seconds * 1000)

function open(): Socket {
  let missingBytes = batchAnswerBytes
  const callback = (byteCount: number): boolean => {
    receivedBytes += byteCount
    missingBytes -= byteCount
    if (missingBytes < 0) throw new Error('more bytes than were asked for')
    if (missingBytes === 0 && !stopping) {
      missingBytes = batchAnswerBytes
      socket.write(batch)
    }
    return true
  }
  const socket = connect({
    port: attack.port,
    host: '127.0.0.1',
    noDelay: true,
    onread: { buffer, callback },
  })
  socket.write(batch)
  socket.on('error', (error) => {
    throw error
  })
  socket.on('close', () => {
    if (!stopping) throw new Error('the server closed a connection')
  })
  return socket
}

function stop(): void {
  stopping = true
  const seconds = (performance.now() - startMs) / 1000
  for (const socket of sockets) socket.destroy()
  const volume: Volume = { requests: Math.trunc(receivedBytes / attack.answerBytes), seconds }
  process.stdout.write(JSON.stringify(volume))
}
