import { describe, expect, test } from 'vitest'
import type { Handler } from '../../src/index.js'
import { READ_PATHS, startServer } from '../sockets/started-server.js'
import { whyWithout } from './programs.js'
import { runProgram } from './run-program.js'

const CLIENTS = 10
const REQUESTS = 20_000
const BODY = Buffer.alloc(1000, 'X')

const reason = whyWithout('h2load', ['h2load', '--version'])

/** At once, in the next turn, or streamed: all of them on one connection. */
const mixed: Handler = async (request, response) => {
  const kind = Number(request.query.get('kind'))
  if (kind > 0) await new Promise((resolve) => setImmediate(resolve))
  if (kind < 2) {
    response.send(BODY)
    return
  }
  response.write(BODY.subarray(0, 500))
  response.end(BODY.subarray(500))
}

describe.each(READ_PATHS)(`h2load --h1 -m 24, read path %s${reason ?? ''}`, (readPath) => {
  test.skipIf(reason !== null)(
    `gets ${REQUESTS} replies on ${CLIENTS} connections, all of them whole`,
    async () => {
      const server = await startServer({ readPath, handler: mixed })
      const origin = `http://127.0.0.1:${server.address.port}`
      const urls = [0, 1, 2].map((kind) => `${origin}/?kind=${kind}`)
      const load = ['--h1', '-m', '24', '-c', String(CLIENTS), '-n', String(REQUESTS)]
      const { output } = await runProgram('h2load', [...load, ...urls])
      expect(output).toContain(
        `requests: ${REQUESTS} total, ${REQUESTS} started, ${REQUESTS} done, ${REQUESTS} succeeded, 0 failed, 0 errored, 0 timeout`,
      )
      expect(output).toContain(`status codes: ${REQUESTS} 2xx, 0 3xx, 0 4xx, 0 5xx`)
      expect(server.statistics()).toMatchObject({
        connections: { accepted: CLIENTS },
        requests: REQUESTS,
        responses: REQUESTS,
        refused: 0,
        aborted: 0,
      })
    },
  )
})
