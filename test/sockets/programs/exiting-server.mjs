// A server with a handler that ends the process at once.
import { serve } from 'calandria'

const server = await serve({
  port: 0,
  readPath: process.argv[2],
  writePath: process.argv[2] === 'data' ? 'stream' : 'direct',
  handler: (request, response) => {
    if (request.path === '/exit') process.exit(7)
    response.send(request.target)
  },
})
console.log(`listening on ${server.address.port}`)
process.stdin.on('end', () => process.exit(0)).resume()
