/** A server for the harness's tests. What is wrong with it stands on its command line. */
import { createServer } from 'node:http'

const [, , fault = 'none'] = process.argv
let asked = 0

if (fault === 'does not start') {
  console.error('no licence was found')
  process.exit(7)
}

const server = createServer((_request, response) => {
  asked++
  const body = fault === 'wrong later' && asked > 2 ? 'Hello, Moon!!' : 'Hello, World!'
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length })
  response.end(body)
  if (fault === 'dies later' && asked > 2) {
    console.error('out of ideas')
    response.on('finish', () => process.exit(3))
  }
})
if (fault === 'never listens') setInterval(() => undefined, 1000)
else server.listen(Number(process.env.PORT), '127.0.0.1')
