import { expect, it } from 'vitest'
import type { Response } from '../../src/http/response.js'
import { get, VirtualServer } from './memory-client.js'

/** The connection ends while the handler of its only request runs: the slot is not linked yet. */
it.each([
  ['answers all the same', false, (response: Response) => response.send('in vain')],
  ['begins to answer', true, (response: Response) => void response.write('in vain')],
  ['does not answer', true, () => undefined],
])('a handler that aborts its own connection and %s', async (_what, owesMore, goOn) => {
  let signal: AbortSignal | null = null
  const server = new VirtualServer((request, response) => {
    signal = request.signal
    client.serverEnd.abort()
    goOn(response)
  })
  const client = server.connect()
  client.send(get('/'))
  await server.settle()
  expect(client.text).toBe('')
  expect(client.isClosed).toBe(true)
  expect(signal).toHaveProperty('aborted', owesMore)
  const { connections } = server.server.statistics()
  expect(connections.open).toBe(0)
  expect(server.errors).toEqual([])
  expect(server.reactorErrors).toEqual([])
})
