import { createServer } from 'node:net'
import { port } from './acts.js'
import { BlindAnswers } from './blind-answers.js'
import { readIntoOneBuffer } from './onread-sockets.js'
import { reportToHarness } from './reporting.js'

const answers = new BlindAnswers()

const server = createServer({ noDelay: true }, (socket) => {
  let unansweredBytes = 0
  readIntoOneBuffer(socket, (byteCount) => {
    unansweredBytes = answers.write(socket, unansweredBytes + byteCount)
    return true
  })
  socket.on('error', () => socket.destroy())
})

server.listen({ port, host: '127.0.0.1', backlog: 4096 }, reportToHarness)
