import { afterAll, beforeAll, expect, test } from 'vitest'
import { replay } from '../../src/testing.js'
import { RawClient } from '../sockets/raw-client.js'
import { get } from '../sockets/requests.js'
import { Authority } from '../tls/certificates.js'
import { connectSecurely } from '../tls/tls-client.js'
import { type MakeHandler, RecordedServer } from './recorded-server.js'

const whoAsks: MakeHandler = () => (request, response) => response.send(String(request.remoteAddress))

let authority: Authority
beforeAll(() => void (authority = new Authority()))
afterAll(() => authority.remove())

test('TLS is recorded above it: the file holds what was said in clear, and needs no key to replay', async () => {
  const recorded = await RecordedServer.start(whoAsks, { tls: { ...authority.issue('127.0.0.1') } })
  const where = { port: recorded.server.address.port }
  const { client } = await connectSecurely(where, { ca: authority.cert })
  expect(String((await client.send(get('/in-clear')).reply()).body)).toBe('127.0.0.1')
  ;(await RawClient.connect(where.port)).send('no handshake').end() // is never let in, and so not recorded
  const recording = await recorded.finish()
  expect(recording.includes('GET /in-clear HTTP/1.1')).toBe(true)
  const report = await replay(recording, (reactor) => ({ handler: whoAsks(reactor) }))
  expect(report).toMatchObject({ ending: 'closed', connections: 1, requests: 1 })
})

test('a client that a proxy has named keeps its name in the replay', async () => {
  const recorded = await RecordedServer.start(
    whoAsks,
    { proxyProtocol: { trust: ['127.0.0.1'] } },
    { outputs: 'bytes' },
  )
  const client = await RawClient.connect(recorded.server)
  client.send(`PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n${get('/')}`)
  expect(String((await client.reply()).body)).toBe('192.0.2.7')
  const recording = await recorded.finish()
  expect(await replay(recording, (reactor) => ({ handler: whoAsks(reactor) }))).toMatchObject({ requests: 1 })
})
