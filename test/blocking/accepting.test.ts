import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startServer, until } from '../sockets/started-server.js'

/**
 * Nothing of ours could cut a burst of connections into slices: libuv accepts them. Since 1.45 (Node 20) it accepts one and
 * goes round its loop; before, it accepted all that there were. This test is here to tell should that change.
 */
test('one connection is accepted in each round of the loop, however many come at once', async () => {
  const COUNT = 1000
  const server = await startServer({ handler: (_request, response) => response.send() })
  let accepted = 0
  const accept = server.accept.bind(server)
  server.accept = (transport) => {
    accepted++
    accept(transport)
  }
  const clients: Socket[] = []
  onTestFinished(() => {
    for (const client of clients) client.destroy()
  })
  for (let i = 0; i < COUNT; i++) clients.push(connect(server.address.port, '127.0.0.1'))
  let before = 0
  let most = 0
  await until(() => {
    most = Math.max(most, accepted - before)
    before = accepted
    return accepted === COUNT
  })
  expect(most).toBe(1)
})
