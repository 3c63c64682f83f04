import { Client, type Dispatcher, Pool } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ListeningServer } from '../../src/index.js'
import { READ_PATHS, startFrozenServer, startServer } from '../sockets/started-server.js'
import { type Exchange, mixedExchange, mixedHandler } from './mixed-exchanges.js'

const COUNT = 1_000
const exchanges = Array.from({ length: COUNT }, (_, i) => mixedExchange(i))

/** undici closes a connection after HEAD, for the sake of servers that send a body (undici#258). */
const withoutHead = exchanges.map((exchange, i) =>
  exchange.method === 'HEAD' ? mixedExchange(i + 8) : exchange,
)

function urlOf(server: ListeningServer): string {
  return `http://127.0.0.1:${server.address.port}`
}

function closeAfterTest<T extends Dispatcher>(dispatcher: T): T {
  onTestFinished(() => dispatcher.destroy())
  return dispatcher
}

/** undici pipelines only behind what it is told to be safe (`idempotent`) and quick (`blocking`). */
async function run(
  dispatcher: Dispatcher,
  { method, path, sent, status, received }: Exchange,
): Promise<void> {
  const reply = await dispatcher.request({ method, path, body: sent, idempotent: true, blocking: false })
  const body = Buffer.from(await reply.body.arrayBuffer())
  expect([method, path, reply.statusCode, body.equals(received)]).toEqual([method, path, status, true])
}

describe.each(READ_PATHS)('undici, read path %s', (readPath) => {
  test('a Client that pipelines ten deep gets the right reply to each of 1,000 mixed requests', async () => {
    const server = await startServer({ readPath, handler: mixedHandler })
    const client = closeAfterTest(new Client(urlOf(server), { pipelining: 10 }))
    await Promise.all(withoutHead.map((exchange) => run(client, exchange)))
    const { requests, responses, aborted, refused, connections } = server.statistics()
    expect({ requests, responses, aborted, refused }).toEqual({
      requests: COUNT,
      responses: COUNT,
      aborted: 0,
      refused: 0,
    })
    expect(connections.accepted).toBe(1)
  })

  test('a Pool of ten connections that pipeline ten deep does too', async () => {
    const server = await startServer({ readPath, handler: mixedHandler })
    const pool = closeAfterTest(new Pool(urlOf(server), { connections: 10, pipelining: 10 }))
    await Promise.all(withoutHead.map((exchange) => run(pool, exchange)))
    expect(server.statistics()).toMatchObject({ responses: COUNT, aborted: 0, connections: { accepted: 10 } })
  })

  test('a Pool that sends HEAD too, and closes connections after it, gets every reply', async () => {
    const server = await startServer({ readPath, handler: mixedHandler })
    const pool = closeAfterTest(new Pool(urlOf(server), { connections: 10, pipelining: 10 }))
    await Promise.all(exchanges.slice(0, 300).map((exchange) => run(pool, exchange)))
    expect(server.statistics()).toMatchObject({ aborted: 0, refused: 0, handlerErrors: 0 })
  })

  test('a Client that pipelines gets several replies from one write', async () => {
    const { server } = await startFrozenServer({ readPath, handler: mixedHandler })
    const client = closeAfterTest(new Client(urlOf(server), { pipelining: 10 }))
    await run(client, mixedExchange(8))
    await Promise.all(Array.from({ length: 200 }, () => run(client, mixedExchange(8))))
    const { writes, responses } = server.statistics()
    expect(responses).toBe(201)
    expect(writes).toBeLessThan(150)
  })

  test('a server that closes lets a pipelining Client finish what it has in flight', async () => {
    const server = await startServer({ readPath, handler: mixedHandler })
    const client = closeAfterTest(new Client(urlOf(server), { pipelining: 10 }))
    await run(client, mixedExchange(8))
    const inFlight = [4, 5, 8].map((i) => run(client, mixedExchange(i)))
    await inFlight[0]
    const report = server.close()
    await Promise.all(inFlight)
    expect((await report).aborted).toBe(0)
  })
})
