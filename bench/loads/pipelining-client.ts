/**
 * A program: loads a server as wrk does (a connection sends a batch, waits for all its answers, sends the next)
 * and prints how much it did. It counts bytes: the harness has checked the answers and knows their length.
 */
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { text } from 'node:stream/consumers'
import { type Done, type Task } from './pipelining-task.js'

const task = JSON.parse(await text(process.stdin)) as Task
const batch = Buffer.from(task.batch, 'latin1')
const batchAnswerBytes = task.answerBytes * task.depth
const buffer = Buffer.allocUnsafe(256 * 1024)
const sockets: Socket[] = []
let receivedBytes = 0
let stopping = false

const startMs = performance.now()
for (let i = 0; i < task.connections; i++) sockets.push(open())
setTimeout(stop, task.seconds * 1000)

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
    ...task.place,
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
  const done: Done = { requests: Math.trunc(receivedBytes / task.answerBytes), seconds }
  process.stdout.write(JSON.stringify(done))
}
