import { createHash, randomFillSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Handler, serve, type ServeOptions } from '../../src/index.js'
import { Authority } from '../tls/certificates.js'
import { whyWithout } from './programs.js'
import { type Printed, runProgram } from './run-program.js'

const reason = whyWithout('curl', ['curl', '--version']) ?? whyWithout('openssl', ['openssl', 'version'])
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** More than any buffer on its way, and not the same anywhere. */
const upload = randomFillSync(Buffer.alloc(5_000_001))

/** Streams the body through a digest, and tells how it was framed. */
const digestOfBody: Handler = async (request, response) => {
  const hash = createHash('sha256')
  for await (const piece of request.body) hash.update(piece)
  response.json({ method: request.method, length: request.body.length, digest: hash.digest('hex') })
}

let folder: string
let file: string
let authority: Authority

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'calandria-'))
  file = join(folder, 'upload.bin')
  writeFileSync(file, upload)
  if (reason === null) authority = new Authority()
})

afterAll(() => {
  rmSync(folder, { recursive: true })
  if (reason === null) authority.remove()
})

/** How a server is reached: what `serve` needs, and what curl needs. */
interface Way {
  readonly name: string
  readonly listening: () => Pick<ServeOptions, 'port' | 'path' | 'tls'>
  readonly curl: (where: string) => readonly string[]
  readonly origin: (port: number) => string
}

const WAYS: readonly Way[] = [
  {
    name: 'TCP',
    listening: () => ({ port: 0 }),
    curl: () => [],
    origin: (port) => `http://127.0.0.1:${port}`,
  },
  {
    name: 'TLS',
    listening: () => ({ port: 0, tls: authority.issue('127.0.0.1') }),
    curl: () => ['--http1.1', '--cacert', authority.certFile],
    origin: (port) => `https://127.0.0.1:${port}`,
  },
  {
    name: 'a Unix socket',
    listening: () => ({ path: join(folder, 'x.sock') }),
    curl: (path) => ['--unix-socket', path],
    origin: () => 'http://localhost',
  },
]

/** Starts a server, and curls it. */
async function curl(
  way: Way,
  handler: Handler,
  parameters: readonly string[],
  input: string | Uint8Array = '',
): Promise<Printed> {
  const limits = { bodyBytes: 10_000_000 }
  const server = await serve({ ...way.listening(), handler, limits, onError: () => undefined })
  onTestFinished(async () => {
    await server.close({ drainMs: 0 })
  })
  const { address } = server
  const [port, path] = 'path' in address ? [0, address.path] : [address.port, '']
  const common = ['-sSv', '-q', '--noproxy', '*', ...way.curl(path)]
  return runProgram('curl', [...common, ...parameters, `${way.origin(port)}/`], input)
}

/** A curl that sends nothing before it is told to. */
const patient = ['-H', 'Expect: 100-continue', '--expect100-timeout', '3600']

describe.each(WAYS)(`curl uploads over $name${reason ?? ''}`, (way) => {
  test.skipIf(reason !== null)('a file with its Content-Length', async () => {
    const { output } = await curl(way, digestOfBody, ['-T', file])
    expect(JSON.parse(output)).toEqual({ method: 'PUT', length: upload.length, digest: digest(upload) })
  })

  test.skipIf(reason !== null)('its standard input, in chunks', async () => {
    const { output, notes } = await curl(way, digestOfBody, ['-T', '-'], upload)
    expect(JSON.parse(output)).toEqual({ method: 'PUT', length: null, digest: digest(upload) })
    expect(notes).toContain('> Transfer-Encoding: chunked')
  })

  test.skipIf(reason !== null)('nothing, in chunks', async () => {
    const { output } = await curl(way, digestOfBody, ['-T', '-'])
    expect(JSON.parse(output)).toEqual({ method: 'PUT', length: null, digest: digest(Buffer.alloc(0)) })
  })

  test.skipIf(reason !== null).each([
    ['-T', '-'],
    ['--data-binary', '@-'],
  ])('%s %s after 100 Continue, which comes when the handler reads', async (...parameters) => {
    const { output, notes } = await curl(way, digestOfBody, [...patient, ...parameters], upload)
    expect(notes).toContain('< HTTP/1.1 100 Continue')
    expect(output).toContain(digest(upload))
  })

  test.skipIf(reason !== null)(
    'nothing at all where the handler refuses what curl has announced',
    async () => {
      const refuse: Handler = (_request, response) => response.status(403).send('no')
      const parameters = [...patient, '-T', file]
      const { output, notes } = await curl(way, refuse, [...parameters, '-w', ' %{http_code} %{size_upload}'])
      expect(output).toBe('no 403 0')
      expect(notes).not.toContain('100 Continue')
    },
  )

  test.skipIf(reason !== null)('nothing where it expects what nobody knows', async () => {
    const { output } = await curl(way, digestOfBody, ['-H', 'Expect: wonders', '-w', '%{http_code}'])
    expect(output).toMatch(/^CAL_ERR_HTTP_EXPECTATION: .*\n417$/)
  })
})

describe(`curl reads${reason ?? ''}`, () => {
  const [tcp] = WAYS as [Way]

  test.skipIf(reason !== null)('early hints before the reply, and trailers after it', async () => {
    const handler: Handler = (_request, response) => {
      response.informational(103, { Link: '</style.css>; rel=preload' })
      response.header('Trailer', 'X-Digest').write('streamed')
      response.trailer('X-Digest', digest(Buffer.from('streamed'))).end()
    }
    const { output, notes } = await curl(tcp, handler, ['-D', '-'])
    const digestLine = `X-Digest: ${digest(Buffer.from('streamed'))}\r\n`
    expect(output.endsWith(`streamed${digestLine}`)).toBe(true)
    expect(notes).toContain('< HTTP/1.1 103 Early Hints')
    expect(notes).toContain('< Link: </style.css>; rel=preload')
  })

  test.skipIf(reason !== null)('a body that ends too early as an error', async () => {
    const handler: Handler = (_request, response) => {
      response.header('Content-Length', 1000).write('only this')
      throw new Error('the source has failed')
    }
    await expect(curl(tcp, handler, [])).rejects.toMatchObject({ code: expect.any(Number) as number })
  })
})
