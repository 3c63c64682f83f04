import { createServer, type AddressInfo } from 'node:net'
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

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  reportToHarness((server.address() as AddressInfo).port)
})
