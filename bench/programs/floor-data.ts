import { createServer } from 'node:net'
import { port } from './acts.js'
import { BlindAnswers } from './blind-answers.js'
import { reportToHarness } from './reporting.js'

const answers = new BlindAnswers()

/** The floor as Node documents it: a fresh buffer and a 'data' event for every read. */
const server = createServer({ noDelay: true }, (socket) => {
  let unansweredBytes = 0
  socket.on('data', (chunk) => {
    unansweredBytes = answers.write(socket, unansweredBytes + chunk.length)
  })
  socket.on('error', () => socket.destroy())
})

server.listen({ port, host: '127.0.0.1', backlog: 4096 }, reportToHarness)
