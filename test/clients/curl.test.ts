import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type Handler } from '../../src/index.js'
import { READ_PATHS, startServer } from '../sockets/started-server.js'

const hasCurl = spawnSync('curl', ['--version']).error === undefined
const run = promisify(execFile)

const echo: Handler = async (request, response) => {
  const body = await request.body.bytes()
  response.header('X-Length', body.length).header('X-Minor', request.minorVersion)
  response.send(request.method === 'POST' ? body : `${request.method} ${request.target}`)
}

describe.each(READ_PATHS)(
  `curl, read path %s${hasCurl ? '' : ' (skipped: curl is not installed)'}`,
  (readPath) => {
    /**
     * Starts a server and curls it; `URL` stands for where it listens.
     * @returns what curl prints, one character a byte, and its notes
     */
    async function curl(
      parameters: string[],
      input = '',
    ): Promise<{ output: string; notes: string; accepted: number }> {
      const server = await startServer({ readPath, handler: echo })
      const url = `http://127.0.0.1:${server.address.port}`
      const all = [
        '-sS',
        '-q',
        '--noproxy',
        '*',
        ...parameters.map((parameter) => parameter.replace(/^URL/, url)),
      ]
      const running = run('curl', all, { encoding: 'latin1', maxBuffer: 16 * 1024 * 1024 })
      running.child.stdin!.end(input)
      const { stdout, stderr } = await running
      return { output: stdout, notes: stderr, accepted: server.statistics().connections.accepted }
    }

    test.skipIf(!hasCurl)('GET', async () => {
      expect((await curl(['URL/path?a=b'])).output).toBe('GET /path?a=b')
    })

    test.skipIf(!hasCurl)('a POST of 1 MB that waits for 100 Continue', async () => {
      const body = 'x'.repeat(1024 * 1024)
      const { output, notes } = await curl(
        ['-v', '-H', 'Expect: 100-continue', '--data-binary', '@-', 'URL/'],
        body,
      )
      expect(notes).toContain('< HTTP/1.1 100 Continue')
      expect(notes).toContain('< HTTP/1.1 200 OK')
      expect(output === body).toBe(true)
    })

    test.skipIf(!hasCurl)('HEAD', async () => {
      const { output } = await curl(['-I', 'URL/'])
      expect(output).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
      expect(output).toContain(`Content-Length: ${'HEAD /'.length}\r\n`)
    })

    test.skipIf(!hasCurl)('HTTP/1.0', async () => {
      const { output } = await curl(['-i', '--http1.0', 'URL/'])
      expect(output).toContain('X-Minor: 0\r\n')
      expect(output).toContain('Connection: close\r\n')
      expect(output.endsWith('GET /')).toBe(true)
    })

    test.skipIf(!hasCurl)('several URLs on one connection', async () => {
      const { output, notes, accepted } = await curl(['-v', 'URL/one', 'URL/two', 'URL/three'])
      expect(output).toBe('GET /oneGET /twoGET /three')
      expect(notes.match(/Re-using existing connection/g)).toHaveLength(2)
      expect(accepted).toBe(1)
    })

    test.skipIf(!hasCurl)('an upload that is too large gets 413', async () => {
      const { output } = await curl(
        ['-w', '%{http_code}', '--data-binary', '@-', 'URL/'],
        'x'.repeat(1024 * 1024 + 1),
      )
      expect(output).toMatch(/^CAL_ERR_HTTP_BODY_TOO_LARGE: .*\n413$/)
    })
  },
)
