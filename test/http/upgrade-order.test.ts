import { describe, expect, it } from 'vitest'
import { Gate, get, post, VirtualServer } from './memory-client.js'

const upgrade = get('/upgrade', 'Connection: upgrade', 'Upgrade: echo')

/** Answers `/slow` when the gate opens, and greets whoever asks for an upgrade. */
function gated(): { virtual: VirtualServer; gate: Gate } {
  const gate = new Gate()
  const virtual = new VirtualServer(async (request, response) => {
    if (request.path === '/slow') {
      await gate.opened
      response.send('slow')
    } else if (request.path === '/stream') {
      response.write('a')
      await gate.opened
      response.end('b')
    } else if (request.upgrade !== null) {
      const { transport, head } = await response.header('Upgrade', 'echo').upgrade()
      transport.write(`took ${head.toString()}`)
    } else {
      response.send(await request.body.text())
    }
  })
  return { virtual, gate }
}

describe('an upgrade behind a reply that is not ready', () => {
  it.each([
    ['that comes late', get('/slow')],
    ['that is streamed', get('/stream')],
    ['and another one behind it', get('/slow') + post('/', 'x')],
  ])('%s waits for it, and then happens', async (_name, before) => {
    const { virtual, gate } = gated()
    const client = virtual.connect().send(before + upgrade + 'first words')
    virtual.run()
    expect(client.text).not.toContain('101')
    gate.open()
    await virtual.settle()
    expect(client.text).toMatch(/101 Switching Protocols\r\n[^]*\r\n\r\ntook first words$/)
  })
})
