// A server whose clock stands still, for a test that counts its system calls from outside. Ends with its input.
import { Reactor, serve, VirtualClock } from 'calandria'

const LARGE = Buffer.alloc(40_000, 'large ')

// What to listen on and how, as JSON; by default a TCP port, read in the way that is named.
const [readPath, listening] = process.argv.slice(2)
const writePath = readPath === 'data' ? 'stream' : 'direct'

const server = await serve({
  ...(listening === undefined ? { port: 0, readPath, writePath } : JSON.parse(listening)),
  reactor: new Reactor({ clock: new VirtualClock() }),
  handler: async (request, response) => {
    const kind = request.query.get('kind')
    if (kind === 'async') await Promise.resolve()
    response.send(kind === 'large' ? LARGE : request.target)
  },
})
console.log(`listening on ${server.address.port ?? 0}`)
process.stdin.on('end', () => process.exit(0)).resume()
