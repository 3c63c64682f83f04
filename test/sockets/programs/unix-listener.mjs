// Listens on a Unix socket with nothing but Node, and is killed: its file stays. Ends with its input.
import { createServer } from 'node:net'

const [path, backlog = '511'] = process.argv.slice(2)
createServer().listen({ path, backlog: Number(backlog) }, () => console.log('listening'))
process.stdin.on('end', () => process.exit(0)).resume()
