import { createHash } from 'node:crypto'
import type { Handler } from '../../src/index.js'

/** A request that some client will send, and the reply that it must get. */
export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly sent: Buffer | null
  readonly status: number
  readonly received: Buffer
}

const NOTHING = Buffer.alloc(0)
const bytesFrom = (text: string, length: number): Buffer => Buffer.alloc(length, text)

/** Small and large replies, streamed ones, late ones, uploads, errors, HEAD: each of them with its number in it. */
export function mixedExchange(i: number): Exchange {
  const text = Buffer.from(`number ${i}`)
  const exchange = (
    method: Exchange['method'],
    path: string,
    received: Buffer,
    sent: Buffer | null = null,
    status = 200,
  ): Exchange => ({ method, path: `${path}?i=${i}`, sent, status, received })
  switch (i % 10) {
    case 0:
      return exchange('HEAD', '/text', NOTHING)
    case 1:
      return exchange('POST', '/digest', digest(bytesFrom(`${i},`, 5000)), bytesFrom(`${i},`, 5000))
    case 2:
      return exchange('PUT', '/digest', digest(bytesFrom(`${i},`, 200_000)), bytesFrom(`${i},`, 200_000))
    case 3:
      return exchange('GET', '/large', bytesFrom(`${i},`, 100_000))
    case 4:
      return exchange('GET', '/stream', Buffer.concat([text, text, text]))
    case 5:
      return exchange('GET', '/late', text)
    case 6:
      return exchange('DELETE', '/nothing', NOTHING, null, 204)
    case 7:
      return exchange('GET', '/missing', Buffer.from('missing'), null, 404)
    default:
      return exchange('GET', '/text', text)
  }
}

const digest = (bytes: Buffer): Buffer => Buffer.from(createHash('sha256').update(bytes).digest('hex'))

/** What answers {@link mixedExchange}s. */
export const mixedHandler: Handler = async (request, response) => {
  const i = request.query.get('i') ?? ''
  const text = `number ${i}`
  switch (request.path) {
    case '/text':
      response.send(text)
      break
    case '/digest':
      response.send(digest(await request.body.bytes()))
      break
    case '/large':
      response.send(bytesFrom(`${i},`, 100_000))
      break
    case '/stream':
      for (let piece = 0; piece < 3; piece++) {
        response.write(text)
        await new Promise((resolve) => setImmediate(resolve))
      }
      response.end()
      break
    case '/late':
      await new Promise((resolve) => setImmediate(resolve))
      response.send(text)
      break
    case '/nothing':
      response.status(204).send()
      break
    default:
      response.status(404).send('missing')
  }
}
