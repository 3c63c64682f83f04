import { expect, it } from 'vitest'
import type { Response } from '../../src/http/response.js'
import { get, VirtualServer } from './memory-client.js'

/** The slot of a handler that has not returned is not linked yet. */
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

it('a handler that answers an earlier request for the last time gets no reply of its own', async () => {
  let first: Response | null = null
  let signal: AbortSignal | null = null
  const server = new VirtualServer((request, response) => {
    if (first === null) {
      first = response
      return
    }
    signal = request.signal
    first.header('Connection', 'close').send('the last one')
    response.send('in vain')
  })
  const client = server.connect()
  client.send(get('/1') + get('/2'))
  await server.settle()
  expect(client.answers()).toEqual(['200 the last one'])
  expect(client.isEnded).toBe(true)
  expect(signal).toHaveProperty('aborted', true)
  client.transport.end()
  await server.settle()
  expect(server.server.statistics().connections.open).toBe(0)
  expect(server.errors).toEqual([])
})
