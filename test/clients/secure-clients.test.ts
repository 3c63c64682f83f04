import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { Client, Pool } from 'undici'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Handler, type ListeningServer, serve } from '../../src/index.js'
import { startServer } from '../sockets/started-server.js'
import { Authority } from '../tls/certificates.js'
import { type Exchange, mixedExchange, mixedHandler } from './mixed-exchanges.js'

const run = promisify(execFile)
const hasCurl = spawnSync('curl', ['--version']).error === undefined
const authority = new Authority()
const issued = authority.issue('localhost', '127.0.0.1')
afterAll(() => authority.remove())

const echo: Handler = async (request, response) => {
  const body = await request.body.bytes()
  response.send(body.length > 0 ? body : request.target)
}
const startSecure = (handler: Handler): Promise<ListeningServer> => startServer({ tls: issued, handler })

/** Runs a program with `input`. @returns what it prints, one character a byte */
async function runWith(program: string, parameters: readonly string[], input: string): Promise<string> {
  const running = run(program, parameters, { encoding: 'latin1', maxBuffer: 16 * 1024 * 1024 })
  running.child.stdin!.end(input)
  const { stdout, stderr } = await running
  return stdout + stderr
}

describe('over TLS', () => {
  test.skipIf(!hasCurl)('curl checks the certificate, and gets and posts on one connection', async () => {
    const server = await startSecure(echo)
    const url = `https://127.0.0.1:${server.address.port}`
    const common = ['-sSv', '-q', '--noproxy', '*', '--http1.1', '--cacert', authority.certFile]
    const body = 'x'.repeat(1024 * 1024)
    const output = await runWith('curl', [...common, '--data-binary', '@-', `${url}/`], body)
    expect(output.startsWith(body)).toBe(true)
    expect(output).toContain('ALPN: server accepted http/1.1')
    const gets = await runWith('curl', [...common, `${url}/one`, `${url}/two`], '')
    expect(gets).toContain('/one/two')
    expect(server.statistics().connections.accepted).toBe(2)
  })

  test('openssl s_client chooses http/1.1, and gets its reply and the end after its own', async () => {
    const server = await startSecure(echo)
    const where = ['-connect', `127.0.0.1:${server.address.port}`, '-CAfile', authority.certFile]
    const options = ['-alpn', 'h2,http/1.1', '-verify_return_error', '-ign_eof', '-servername', 'localhost']
    const request = 'GET /openssl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const output = await runWith('openssl', ['s_client', ...where, ...options], request)
    expect(output).toContain('ALPN protocol: http/1.1')
    expect(output).toContain('Verify return code: 0 (ok)')
    expect(output).toContain('\r\n\r\n/openssl')
  })

  test('an Agent of node:https gets the right reply to each of 300 mixed requests', async () => {
    const server = await startSecure(mixedHandler)
    const agent = new Agent({ keepAlive: true, maxSockets: 4, ca: authority.cert })
    onTestFinished(() => agent.destroy())
    const ask = ({ method, path, sent }: Exchange): Promise<{ status: number; body: Buffer }> =>
      new Promise((resolve, reject) => {
        const where = { port: server.address.port, host: '127.0.0.1', agent, method, path }
        const request = httpsRequest(where, (message) => {
          buffer(message).then((body) => resolve({ status: message.statusCode!, body }), reject)
        })
        request.on('error', reject)
        request.end(sent)
      })
    await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        const exchange = mixedExchange(i)
        const { status, body } = await ask(exchange)
        expect([exchange.path, status]).toEqual([exchange.path, exchange.status])
        expect(body.equals(exchange.received)).toBe(true)
      }),
    )
    expect(server.statistics()).toMatchObject({ responses: 300, connections: { accepted: 4 } })
  })

  test('undici pipelines 10 requests and resumes sessions', async () => {
    const server = await startSecure(echo)
    const origin = `https://localhost:${server.address.port}`
    const client = new Client(origin, { pipelining: 10, connect: { ca: authority.cert, host: '127.0.0.1' } })
    onTestFinished(() => client.destroy())
    const bodies = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const { body } = await client.request({ method: 'GET', path: `/${i}` })
        return body.text()
      }),
    )
    expect(bodies).toEqual(Array.from({ length: 100 }, (_, i) => `/${i}`))
    const pool = new Pool(origin, { connections: 5, connect: { ca: authority.cert } })
    onTestFinished(() => pool.destroy())
    for (let i = 0; i < 20; i++) {
      const { body } = await pool.request({ method: 'POST', path: '/', body: `sent ${i}` })
      expect(await body.text()).toBe(`sent ${i}`)
    }
    expect(server.statistics().handshakes?.tlsFailed).toBe(0)
  })
})

describe('on a Unix socket', () => {
  async function startUnix(): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'calandria-'))
    const path = join(folder, 'x.sock')
    const server = await serve({ path, handler: echo })
    onTestFinished(async () => {
      await server.close({ drainMs: 0 })
      rmSync(folder, { recursive: true })
    })
    return path
  }

  test.skipIf(!hasCurl)('curl --unix-socket gets and posts', async () => {
    const path = await startUnix()
    const common = ['-sS', '-q', '--unix-socket', path]
    expect(await runWith('curl', [...common, 'http://x/one', 'http://x/two'], '')).toBe('/one/two')
    const body = 'x'.repeat(1024 * 1024)
    expect(await runWith('curl', [...common, '--data-binary', '@-', 'http://x/'], body)).toBe(body)
  })

  test('undici pipelines over its socketPath', async () => {
    const client = new Client('http://x', { socketPath: await startUnix(), pipelining: 10 })
    onTestFinished(() => client.destroy())
    const bodies = await Promise.all(
      Array.from({ length: 50 }, async (_, i) =>
        (await client.request({ method: 'GET', path: `/${i}` })).body.text(),
      ),
    )
    expect(bodies).toEqual(Array.from({ length: 50 }, (_, i) => `/${i}`))
  })
})
