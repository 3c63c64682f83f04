import { randomUUID } from 'node:crypto'
import { external, type Handler, observed, type Reactor } from '../../src/index.js'

/** A recording made by each version of the format, which every later Calandria must be able to replay. */
export const VECTORS = ['v1'] as const

/** The handler of the server that was recorded. It must never change. */
export function handlerOfVector(reactor: Reactor): Handler {
  return async (request, response) => {
    switch (request.path) {
      case '/late':
        await reactor.sleep(5)
        response.send('late')
        break
      case '/echo':
        response.send(await request.body.bytes())
        break
      case '/external': {
        const row = await external(reactor, () => new Promise((resolve) => setTimeout(resolve, 3, { n: 1 })))
        response.json({ row, id: observed(reactor, () => randomUUID()) })
        break
      }
      case '/stream':
        response.write('piece one, ')
        await reactor.sleep(1)
        response.end('piece two')
        break
      default:
        response.header('X-Address', request.remoteAddress ?? 'none').send(`this is ${request.path}`)
    }
  }
}
