import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createSecureServer } from 'node:https'
import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LoadOptions, type LoadResult, runLoad } from 'calandria/bench'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { Authority } from '../tls/certificates.js'
import { expectResult } from './result-schema.js'

const authority = new Authority()
const issued = authority.issue('localhost', '127.0.0.1')
afterAll(() => authority.remove())

const greet: RequestListener = (request, response) => {
  request.resume()
  request.on('end', () => response.end(`${request.method} ${request.url}`))
}

/** A node:http server: somebody else's, so that we don't test ourselves with ourselves. */
async function serve(listener = greet, where: { path?: string; isSecure?: boolean } = {}): Promise<number> {
  const server = where.isSecure === true ? createSecureServer(issued, listener) : createServer(listener)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  if (where.path === undefined) server.listen(0, '127.0.0.1')
  else server.listen(where.path)
  await once(server, 'listening')
  return where.path === undefined ? (server.address() as AddressInfo).port : 0
}

const SHORT = { durationMs: 300, warmUpMs: 50, connections: 4 } as const

async function load(options: LoadOptions): Promise<LoadResult> {
  const result = await runLoad({ ...SHORT, ...options })
  expectResult(JSON.parse(JSON.stringify(result)))
  return result
}

function expectAllGood(result: LoadResult): void {
  expect(result.errors.examples).toEqual([])
  expect(result.counts.failed).toBe(0)
  expect(result.counts.answered).toBeGreaterThan(0)
}

describe('a load on real sockets', () => {
  test('over TCP, in a closed loop, pipelined', async () => {
    const port = await serve()
    const requests = [{ path: '/x?y', expect: { body: 'GET /x?y' } }]
    const result = await load({ url: `http://127.0.0.1:${port}/`, depth: 5, requests })
    expectAllGood(result)
    expect(result.depth.mean).toBe(5)
    expect(result.io.bytesRead).toBeGreaterThan(result.counts.answered * 100)
  })

  test('in an open loop, by two processes that keep one schedule', async () => {
    const port = await serve()
    const result = await load({ url: `http://127.0.0.1:${port}/`, rate: 1000, processes: 2 })
    expectAllGood(result)
    expect(result.counts.planned).toBe(300)
    expect(result.processes.map(({ connections }) => connections)).toEqual([2, 2])
    expect(new Set(result.processes.map(({ pid }) => pid)).size).toBe(2)
  })

  test('of a mix with bodies, with what is expected of each', async () => {
    const port = await serve()
    const body = Buffer.alloc(300_000, 'x')
    const requests = [
      { path: '/a', expect: { body: 'GET /a' } },
      { method: 'PUT', path: '/b', body, expect: { body: 'PUT /b' } },
      { method: 'HEAD', path: '/c', expect: { length: 0 } },
    ]
    expectAllGood(await load({ url: `http://127.0.0.1:${port}/`, depth: 3, requests }))
  })

  test('through a Unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cal-load-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const socketPath = join(folder, 'x.sock')
    await serve(greet, { path: socketPath })
    expectAllGood(await load({ url: 'http://localhost/', socketPath }))
  })

  test('over TLS, with an authority of one’s own, or none', async () => {
    const port = await serve(greet, { isSecure: true })
    const url = `https://localhost:${port}/`
    expectAllGood(await load({ url, tls: { ca: authority.cert }, depth: 3 }))
    expectAllGood(await load({ url, tls: { insecure: true } }))
    await expect(load({ url })).rejects.toMatchObject({ code: 'CAL_ERR_CONNECT' })
  })

  test.runIf(process.platform === 'linux')('from several addresses', async () => {
    const seen = new Set<string | undefined>()
    const port = await serve((request, response) => {
      seen.add(request.socket.remoteAddress)
      response.end()
    })
    const result = await load({ url: `http://127.0.0.1:${port}/`, sources: 3, connections: 6, processes: 2 })
    expectAllGood(result)
    expect([...seen].sort()).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.3'])
  })

  test('goes on where the server closes connections, however often', async () => {
    const port = await serve((_, response) => response.setHeader('Connection', 'close').end('bye'))
    const result = await load({ url: `http://127.0.0.1:${port}/` })
    expectAllGood(result)
    expect(result.connections.opened).toBeGreaterThanOrEqual(result.counts.answered)
  })

  test('closes connections itself after so many requests', async () => {
    const port = await serve()
    const result = await load({ url: `http://127.0.0.1:${port}/`, requestsPerConnection: 3 })
    expectAllGood(result)
    expect(result.connections.opened).toBeGreaterThan(4)
  })

  test('that nobody takes is an error, and says where', async () => {
    await expect(load({ url: 'http://127.0.0.1:1/' })).rejects.toMatchObject({
      code: 'CAL_ERR_CONNECT',
      message: expect.stringContaining('127.0.0.1:1') as string,
    })
  })

  test('ended by a signal has the results so far', async () => {
    const port = await serve()
    const ending = new AbortController()
    let reports = 0
    const result = await load({
      url: `http://127.0.0.1:${port}/`,
      durationMs: 60_000,
      signal: ending.signal,
      onProgress: ({ phase }) => {
        if (phase === 'measuring' && ++reports === 2) ending.abort()
      },
    })
    expect(result.interrupted).toBe(true)
    expect(result.counts.answered).toBeGreaterThan(0)
    expect(result.seconds).toBeLessThan(60)
  })

  test('ended before it began rejects with the reason', async () => {
    const reason = new Error('changed my mind')
    await expect(load({ url: 'http://127.0.0.1:1/', signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('pinned to a core that is not there is an error', async () => {
    const port = await serve()
    await expect(load({ url: `http://127.0.0.1:${port}/`, cores: [60_000] })).rejects.toMatchObject({
      code: 'CAL_ERR_BENCH_PROCESS',
    })
  })
})
