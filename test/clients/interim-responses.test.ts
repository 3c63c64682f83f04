import { execFile, spawnSync } from 'node:child_process'
import { type InformationEvent, request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { Client } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Handler } from '../../src/index.js'
import { READ_PATHS, startServer } from '../sockets/started-server.js'

const hasCurl = spawnSync('curl', ['--version']).error === undefined
const LINK = '</style.css>; rel=preload; as=style'

const handler: Handler = (_request, response) => {
  response.informational(103, { Link: LINK }).informational(102).send('final')
}

describe.each(READ_PATHS)('103 Early Hints and 102, read path %s', (readPath) => {
  test('node:http tells of them, and then gets the final reply', async () => {
    const server = await startServer({ readPath, handler })
    const hints: [number, unknown][] = []
    const body = await new Promise<string>((resolve, reject) => {
      const request = httpRequest({ port: server.address.port, host: '127.0.0.1', agent: false })
      request.on('information', (info: InformationEvent) =>
        hints.push([info.statusCode, info.headers['link']]),
      )
      request.on('response', (message) => {
        text(message).then(resolve, reject)
      })
      request.on('error', reject)
      request.end()
    })
    expect(hints).toEqual([
      [103, LINK],
      [102, undefined],
    ])
    expect(body).toBe('final')
  })

  test('undici tells of them, also when it pipelines', async () => {
    const server = await startServer({ readPath, handler })
    const client = new Client(`http://127.0.0.1:${server.address.port}`, { pipelining: 10 })
    onTestFinished(() => client.destroy())
    const statuses: number[] = []
    const bodies = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const reply = await client.request({
          method: 'GET',
          path: '/',
          blocking: false,
          onInfo: ({ statusCode }) => void statuses.push(statusCode),
        })
        return reply.body.text()
      }),
    )
    expect(bodies).toEqual(new Array(20).fill('final'))
    expect(statuses).toEqual(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 103 : 102)))
    expect(server.statistics().connections.accepted).toBe(1)
  })

  test.skipIf(!hasCurl)('curl shows them', async () => {
    const server = await startServer({ readPath, handler })
    const url = `http://127.0.0.1:${server.address.port}/`
    const { stdout, stderr } = await promisify(execFile)('curl', ['-sSqv', '--noproxy', '*', url, url])
    expect(stdout).toBe('finalfinal')
    expect(stderr.match(/^< HTTP\/1\.1 \d+/gm)).toEqual(
      [103, 102, 200, 103, 102, 200].map((status) => `< HTTP/1.1 ${status}`),
    )
    expect(server.statistics().connections.accepted).toBe(1)
  })
})
