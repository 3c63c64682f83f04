import { once } from 'node:events'
import { createServer, connect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { bytesNotTaken } from '../../src/io/write-progress.js'

const open: { destroy(): void }[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})

async function pair(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as { port: number }
  const client = connect(address.port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  server.close()
  open.push(client, accepted)
  return [accepted, client]
}

it('what is not taken of one large write shrinks while the peer reads it, long before all of it has left', async () => {
  const [writer, reader] = await pair()
  const size = 64 * 1024 * 1024
  writer.write(Buffer.alloc(size))
  expect(bytesNotTaken(writer)).toBeGreaterThan(0)
  const before = bytesNotTaken(writer)
  let received = 0
  for await (const chunk of reader as AsyncIterable<Buffer>) {
    received += chunk.length
    if (received > size / 2) break
  }
  expect(writer.writableLength).toBe(size)
  expect(bytesNotTaken(writer)).toBeLessThan(before)
})

it('nothing is left when everything has gone', async () => {
  const [writer, reader] = await pair()
  reader.resume()
  await new Promise((resolve) => writer.write(Buffer.alloc(1_000_000), resolve))
  expect(bytesNotTaken(writer)).toBe(0)
})
