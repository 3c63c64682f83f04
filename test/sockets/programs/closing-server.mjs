// A server that is closed when the program's input ends; nothing else ends the program.
import { serve } from 'calandria'

const AN_HOUR = 3_600_000

const server = await serve({
  port: 0,
  readPath: process.argv[2],
  writePath: process.argv[2] === 'data' ? 'stream' : 'direct',
  lingerMs: AN_HOUR,
  handler: (_request, response) => response.send(),
})
console.log(`listening on ${server.address.port}`)
process.stdin
  .on('end', async () => {
    await server.close({ drainMs: AN_HOUR })
    console.log('closed')
  })
  .resume()
