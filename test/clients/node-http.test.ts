import { Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { READ_PATHS, startServer } from '../sockets/started-server.js'
import { type Exchange, mixedExchange, mixedHandler } from './mixed-exchanges.js'

interface Answer {
  readonly message: IncomingMessage
  readonly body: Buffer
}

function makeAgent(maxSockets: number): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets })
  onTestFinished(() => agent.destroy())
  return agent
}

function run(port: number, agent: Agent, { method, path, sent }: Exchange, headers = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', agent, method, path, headers }, (message) => {
      buffer(message).then((body) => resolve({ message, body }), reject)
    })
    request.on('error', reject)
    if ('Expect' in headers) request.on('continue', () => request.end(sent))
    else request.end(sent)
  })
}

describe.each(READ_PATHS)('node:http, read path %s', (readPath) => {
  test('an Agent that keeps connections alive gets the right reply to each of 500 mixed requests', async () => {
    const server = await startServer({ readPath, handler: mixedHandler })
    const agent = makeAgent(8)
    const exchanges = Array.from({ length: 500 }, (_, i) => mixedExchange(i))
    await Promise.all(
      exchanges.map(async (exchange) => {
        const { message, body } = await run(server.address.port, agent, exchange)
        expect([exchange.path, message.statusCode]).toEqual([exchange.path, exchange.status])
        expect(body.equals(exchange.received)).toBe(true)
      }),
    )
    expect(server.statistics()).toMatchObject({ responses: 500, aborted: 0, connections: { accepted: 8 } })
  })

  test('HEAD tells the length of the body that GET would bring', async () => {
    const server = await startServer({ readPath, handler: mixedHandler })
    const { message, body } = await run(server.address.port, makeAgent(1), mixedExchange(10))
    expect(message.headers['content-length']).toBe(String('number 10'.length))
    expect(body).toHaveLength(0)
  })

  test('an upload that waits for 100 Continue is told to go on', async () => {
    const server = await startServer({ readPath, handler: mixedHandler })
    const exchange = mixedExchange(2)
    const headers = { Expect: '100-continue', 'Content-Length': exchange.sent!.length }
    const { body } = await run(server.address.port, makeAgent(1), exchange, headers)
    expect(body.equals(exchange.received)).toBe(true)
  })
})
