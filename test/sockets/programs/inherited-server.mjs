// Serves on a socket that it inherits: a descriptor, or `systemd`, or the socket of a name. Ends with its input.
import { serve, systemdSockets } from 'calandria'

const [what] = process.argv.slice(2)
const byName = (name) => systemdSockets().find((socket) => socket.name === name)?.fd
const fd = /^\d+$/.test(what) ? Number(what) : what === 'systemd' ? what : byName(what)

try {
  const server = await serve({ fd, handler: (request, response) => response.send(request.target) })
  console.log(`listening: ${JSON.stringify(server.address)} ${server.location}`)
  process.stdin.on('end', () => void server.close().then(() => process.exit(0))).resume()
} catch (error) {
  console.log(`failed: ${error.code} ${error.message}`)
  process.exit(1)
}
