import { createReadStream, readdirSync, readlinkSync, type ReadStream } from 'node:fs'
import { mkdir, mkdtemp, open, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { serveFiles } from '../../examples/files.js'
import { RawClient } from '../sockets/raw-client.js'
import { get, request } from '../sockets/requests.js'
import { startServer, transportsOf, until } from '../sockets/started-server.js'

/** More than both kernels take from a server whose client doesn't read. */
const LARGE = 64 * 1024 * 1024

let folder: string
let small: Buffer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calandria-files-'))
  small = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251))
  await mkdir(join(folder, 'root/folder'), { recursive: true })
  await writeFile(join(folder, 'root/small.bin'), small)
  await writeFile(join(folder, 'root/empty.txt'), '')
  await writeFile(join(folder, 'root/a b.html'), '<p>')
  await writeFile(join(folder, 'secret.txt'), 'secret')
  await symlink(join(folder, 'secret.txt'), join(folder, 'root/link.txt'))
  const large = await open(join(folder, 'root/large.bin'), 'w')
  await large.truncate(LARGE) // takes no room on the disk
  await large.close()
})

process.on('warning', (warning) => warnings.push(warning))

afterAll(() => rm(folder, { recursive: true }))

/** Files of ours that this process has open; where there is no /proc, nobody can tell. */
function openFiles(): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(folder) ? [path] : []
    } catch {
      return [] // it was the one that listed the others
    }
  })
}

const warnings: Error[] = []

/** Also not one that the collector had to close, which Node warns of. */
async function nothingIsOpen(): Promise<void> {
  await until(() => openFiles().length === 0)
  expect(warnings).toEqual([])
}

/** Goes through Node's thread pool so often that whoever wants to read has done it meanwhile. */
async function othersRead(): Promise<void> {
  for (let i = 0; i < 200; i++) await stat(folder)
}

describe('response.stream() of a file', () => {
  const path = (name: string): string => join(folder, 'root', name)

  test('arrives as it is, and is closed', async () => {
    const server = await startServer({
      handler: (_, response) => response.stream(createReadStream(path('small.bin'))),
    })
    const client = await RawClient.connect(server)
    const replies = await client.send(get('/') + get('/') + get('/')).replies(3)
    expect(replies.map(({ status, body }) => [status, body.equals(small)])).toEqual(
      Array(3).fill([200, true]),
    )
    await nothingIsOpen()
  })

  test('takes a part of it, from a FileHandle', async () => {
    const server = await startServer({
      async handler(_, response) {
        const file = await open(path('small.bin'))
        await response.stream(file.createReadStream({ start: 1000, end: 1999 }))
      },
    })
    const client = await RawClient.connect(server)
    const [reply] = await client.send(get('/')).replies(1)
    expect(reply?.body.equals(small.subarray(1000, 2000))).toBe(true)
    await nothingIsOpen()
  })

  test('is read no further than the client reads', async () => {
    let file!: ReadStream
    const server = await startServer({
      handler: (_, response) => response.stream((file = createReadStream(path('large.bin')))),
    })
    const transports = transportsOf(server)
    const client = await RawClient.connect(server)
    client.send(get('/'))
    await until(() => transports[0]?.isWritable === false)
    await othersRead()
    const read = file.bytesRead
    await othersRead()
    expect(file.bytesRead).toBe(read)
    expect(read).toBeLessThan(LARGE / 2)
    const [reply] = await client.replies(1)
    expect(reply?.body.length).toBe(LARGE)
    await nothingIsOpen()
  })

  test('is closed when clients go away in the middle of it', async () => {
    const errors: unknown[] = []
    const server = await startServer({
      handler: (_, response) => response.stream(createReadStream(path('large.bin'))),
      onError: (error) => errors.push(error),
    })
    const clients = await Promise.all(Array.from({ length: 50 }, () => RawClient.connect(server)))
    await Promise.all(clients.map((client) => client.send(get('/')).some()))
    if (process.platform === 'linux') expect(openFiles()).toHaveLength(50)
    for (const client of clients) client.reset()
    await nothingIsOpen()
    await until(() => server.statistics().connections.open === 0)
    expect(errors).toEqual([])
    expect(server.statistics().aborted).toBe(50)
  })

  test('is not read, and closed, where there is no body', async () => {
    let file!: ReadStream
    const server = await startServer({
      handler: (_, response) => response.stream((file = createReadStream(path('small.bin')))),
    })
    const client = await RawClient.connect(server)
    expect((await client.send(request('HEAD', '/', [], '')).reply('HEAD')).status).toBe(200)
    await until(() => file.closed)
    expect(file.bytesRead).toBe(0)
    await nothingIsOpen()
  })

  test('that is not there is answered with 500, and onError is told', async () => {
    const errors: unknown[] = []
    const server = await startServer({
      handler: (_, response) => response.stream(createReadStream(path('missing'))),
      onError: (error) => errors.push(error),
    })
    const client = await RawClient.connect(server)
    expect((await client.send(get('/')).replies(1))[0]?.status).toBe(500)
    expect(errors).toMatchObject([{ code: 'ENOENT' }])
  })
})

describe('the example that serves files', () => {
  let client: RawClient
  let errors: unknown[]

  beforeEach(async () => {
    errors = []
    const server = await serveFiles({
      folder: join(folder, 'root'),
      port: 0,
      onError: (error) => errors.push(error),
    })
    onTestFinished(async () => {
      await server.close({ drainMs: 0 })
    })
    client = await RawClient.connect(server)
  })

  test('sends them with their length and type', async () => {
    const [binary, html, empty] = await client
      .send(get('/small.bin') + get('/a%20b.html') + get('/empty.txt'))
      .replies(3)
    expect(binary?.body.equals(small)).toBe(true)
    expect([html?.headers.get('content-type'), String(html?.body)]).toEqual([
      'text/html; charset=utf-8',
      '<p>',
    ])
    expect([binary, html, empty].map((reply) => reply?.headers.get('content-length'))).toEqual([
      '300000',
      '3',
      '0',
    ])
    const head = await client.send(request('HEAD', '/small.bin', [], '')).reply('HEAD')
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '300000'])
    await nothingIsOpen()
  })

  test.each([
    '/missing',
    '/folder',
    '/',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/folder/..%2f..%2fsecret.txt',
    '/link.txt',
    '/small.bin/x',
    '/%00',
    '/%ff',
    '/too long',
  ])('answers 404 to %s', async (name) => {
    const path = name === '/too long' ? `/${'x'.repeat(5000)}` : name
    const [reply] = await client.send(get(path)).replies(1)
    expect([reply?.status, errors]).toEqual([404, []])
    expect(String(reply?.body)).not.toContain('secret')
    await nothingIsOpen()
  })

  test('closes the file when the client goes away', async () => {
    await client.send(get('/large.bin')).some()
    if (process.platform === 'linux') expect(openFiles()).toHaveLength(1)
    client.reset()
    await nothingIsOpen()
    expect(errors).toEqual([])
  })

  test('breaks off when the file becomes shorter than was announced', async () => {
    await writeFile(join(folder, 'root/shrinking.bin'), Buffer.alloc(LARGE / 2))
    await client.send(get('/shrinking.bin')).some()
    const file = await open(join(folder, 'root/shrinking.bin'), 'r+')
    await file.truncate(0)
    await file.close()
    await expect(client.bytes(LARGE / 2)).rejects.toThrow()
    await nothingIsOpen()
    expect(errors).toMatchObject([{ code: 'CAL_ERR_RESPONSE_LENGTH' }])
  })
})
