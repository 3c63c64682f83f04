import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import { get, type MemoryClient } from './memory-client.js'
import { patientServer } from './patient-server.js'

const LENGTH = 1_000_000
const large: Handler = (_asked, response) => response.send('x'.repeat(LENGTH))

/** Has the client read what one read of a socket brings, and no more. */
async function readOnce(client: MemoryClient, settle: () => Promise<void>): Promise<void> {
  const reads = client.reads.length
  const { transport } = client
  const onBytes = client.onBytes.bind(client)
  client.onBytes = (bytes, length) => {
    onBytes(bytes, length)
    if (client.reads.length > reads) transport.pause()
  }
  transport.resume()
  await settle()
  client.onBytes = onBytes
}

describe('timeouts.writeMs', () => {
  it('resets a client that reads nothing of a reply', async () => {
    const virtual = patientServer({ writeMs: 1000 }, large)
    const client = virtual.connect().send(get('/'))
    client.transport.pause()
    await virtual.pass(999)
    expect(client.isClosed).toBe(false)
    await virtual.pass(2)
    expect(client.isClosed).toBe(true)
    expect(client.closeError).toMatchObject({ code: 'ECONNRESET' })
    expect(virtual.server.statistics()).toMatchObject({ timeouts: 1, connections: { open: 0 } })
    expect(virtual.reactor.statistics().timersPending).toBe(0)
  })

  it('spares a client that reads slowly, however long it takes', async () => {
    const virtual = patientServer({ writeMs: 1000 }, large)
    const client = virtual.connect().send(get('/'))
    client.transport.pause()
    await virtual.settle()
    while (client.serverEnd.bytesQueued > 0) {
      await virtual.pass(990)
      await readOnce(client, () => virtual.settle())
    }
    expect(client.reads.length).toBeGreaterThan(10)
    expect(client.replies()[0]?.body.length).toBe(LENGTH)
    expect(virtual.server.statistics().timeouts).toBe(0)
  })

  it('resets a client that reads something and then no more', async () => {
    const virtual = patientServer({ writeMs: 1000 }, large)
    const client = virtual.connect().send(get('/'))
    client.transport.pause()
    await virtual.pass(500)
    await readOnce(client, () => virtual.settle())
    await virtual.pass(500) // it has read since it was looked at last
    expect(client.isClosed).toBe(false)
    await virtual.pass(1001)
    expect(client.isClosed).toBe(true)
    expect(virtual.server.statistics().timeouts).toBe(1)
  })

  it('begins anew when the client has read all, and stops again at the next reply', async () => {
    const virtual = patientServer({ writeMs: 1000 }, large)
    const client = virtual.connect().send(get('/'))
    client.transport.pause()
    await virtual.pass(900)
    client.transport.resume()
    await virtual.settle()
    client.transport.pause()
    client.send(get('/'))
    await virtual.pass(900)
    expect(client.isClosed).toBe(false)
    await virtual.pass(101)
    expect(client.isClosed).toBe(true)
  })

  it('holds for a reply that is streamed: its handler is told that the client has gone', async () => {
    let written = 0
    const codes: unknown[] = []
    const virtual = patientServer({ writeMs: 1000 }, async (_asked, response) => {
      try {
        for (;;) {
          written++
          if (!response.write('x'.repeat(10_000))) await response.drained()
        }
      } catch (error) {
        codes.push((error as { code?: unknown }).code)
        throw error
      }
    })
    const client = virtual.connect().send(get('/'))
    client.transport.pause()
    await virtual.pass(1001)
    expect(client.isClosed).toBe(true)
    expect(codes).toEqual(['CAL_ERR_CLIENT_GONE'])
    expect(written).toBeLessThan(30)
    expect(virtual.errors).toEqual([])
  })

  it('holds for replies of small size, which together fill what may be queued', async () => {
    const virtual = patientServer({ writeMs: 1000 }, (_asked, response) => response.send('x'.repeat(1000)))
    const client = virtual.connect({ highWaterMark: 5000 }).send(get('/').repeat(100))
    client.transport.pause()
    await virtual.pass(1002)
    expect(client.isClosed).toBe(true)
  })

  it('does not hold for what is left when the last reply is written: then the client’s end is waited for', async () => {
    const virtual = patientServer({ writeMs: 60_000 }, large, { lingerMs: 1000 })
    const client = virtual.connect().send(get('/', 'Connection: close'))
    client.transport.pause()
    await virtual.settle()
    for (let i = 0; i < 5; i++) {
      await virtual.pass(990)
      await readOnce(client, () => virtual.settle())
    }
    expect(client.isClosed).toBe(false)
    client.transport.resume()
    await virtual.settle()
    expect(client.replies()[0]?.body.length).toBe(LENGTH)
    expect(virtual.server.statistics().timeouts).toBe(0)
  })

  it('resets who has not taken the last reply when lingering ends, so that it is not taken for the whole', async () => {
    const virtual = patientServer({ writeMs: 3000 }, large, { lingerMs: 1000 })
    const client = virtual.connect().send(get('/', 'Connection: close'))
    client.transport.pause()
    await virtual.pass(10_000)
    client.transport.resume()
    await virtual.settle()
    expect([client.isEnded, client.closeError]).toEqual([
      false,
      expect.objectContaining({ code: 'ECONNRESET' }),
    ])
  })

  it('lets go of a client that never takes the last reply', async () => {
    const virtual = patientServer({ writeMs: 3000 }, large, { lingerMs: 1000 })
    const client = virtual.connect().send(get('/', 'Connection: close'))
    client.transport.pause()
    await virtual.pass(10_000)
    expect(virtual.server.statistics().connections.open).toBe(0)
    expect(virtual.reactor.statistics().timersPending).toBe(0)
  })

  it('of Infinity waits for ever', async () => {
    const virtual = patientServer({ writeMs: Infinity }, large)
    const client = virtual.connect().send(get('/'))
    client.transport.pause()
    await virtual.pass(1e8)
    client.transport.resume()
    await virtual.settle()
    expect(client.replies()[0]?.body.length).toBe(LENGTH)
  })
})
