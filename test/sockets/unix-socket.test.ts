import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import {
  connectUnix,
  describeAddress,
  type ListeningServer,
  Reactor,
  serve,
  type UnixAddress,
} from '../../src/index.js'
import { ChildProgram } from './child-program.js'
import { RawClient } from './raw-client.js'
import { get, gets } from './requests.js'
import { READ_PATHS, until } from './started-server.js'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'calandria-'))
  path = join(folder, 'x.sock')
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

type UnixOptions = Partial<Parameters<typeof serve>[0]>

async function start(options: UnixOptions = {}): Promise<ListeningServer<UnixAddress>> {
  const server = await serve({
    path,
    handler: (request, response) => response.send(request.target),
    ...options,
    port: undefined as never,
  })
  onTestFinished(async () => {
    await server.close({ drainMs: 0 })
  })
  return server as unknown as ListeningServer<UnixAddress>
}

const refusal = (options: UnixOptions = {}): Promise<unknown> =>
  start(options).then(
    () => 'none',
    (error: unknown) => error,
  )

describe('a server on a Unix socket', () => {
  test.each(READ_PATHS)('answers 16 pipelined GETs in one write, read by %s', async (readPath) => {
    const server = await start({
      readPath,
      reactor: new Reactor({ timeSliceMs: 60_000 }),
      flushBudgetMs: 60_000,
    })
    const client = await RawClient.connect({ path })
    const before = server.statistics().writes
    const replies = await client.send(gets(16, (i) => `/?${i}`)).replies(16)
    expect(String(replies[15]!.body)).toBe('/?15')
    expect(server.statistics().writes - before).toBe(1)
  })

  test('tells where it listens, for programs and for logs', async () => {
    const server = await start()
    expect(server.address).toEqual({ family: 'unix', path })
    expect(server.location).toBe(`http+unix:${path}`)
    expect(describeAddress(server.address)).toBe(`unix:${path}`)
  })

  test('knows no address of its clients', async () => {
    await start({ handler: (request, response) => response.send(String(request.remoteAddress)) })
    const client = await RawClient.connect({ path })
    expect(String((await client.send(get('/')).reply()).body)).toBe('null')
  })

  test('removes its file at its close, and leaves nothing beside it', async () => {
    const server = await start()
    expect(lstatSync(path).isSocket()).toBe(true)
    expect(readdirSync(folder)).toEqual(['x.sock'])
    await server.close()
    expect(readdirSync(folder)).toEqual([])
  })

  test('leaves a file alone that was put in the place of its own', async () => {
    const server = await start()
    rmSync(path)
    writeFileSync(path, 'of somebody else')
    await server.close()
    expect(readFileSync(path, 'utf8')).toBe('of somebody else')
  })

  test('answers the clients that it has after its file is gone', async () => {
    const server = await start()
    const client = await RawClient.connect({ path })
    rmSync(path)
    expect((await client.send(get('/')).reply()).status).toBe(200)
    client.end() // or the server would linger for it
    await server.close()
  })

  test.each([0o600, 0o660, 0o666, 0o200])('gives its file the mode %o', async (mode) => {
    await start({ mode })
    expect(statSync(path).mode & 0o777).toBe(mode)
  })

  test('gives its file what the umask leaves when no mode is said', async () => {
    await start()
    const another = join(folder, 'another')
    mkdirSync(another) // asks for 0o777, too
    expect(statSync(path).mode & 0o777).toBe(statSync(another).mode & 0o777)
  })
})

describe('where a socket file stands already', () => {
  test('it is taken over when nobody answers', async () => {
    const dead = new ChildProgram('test/sockets/programs/unix-listener.mjs', [path])
    await dead.printed(/listening/)
    await dead.kill()
    expect(lstatSync(path).isSocket()).toBe(true)
    await start()
    const client = await RawClient.connect({ path })
    expect((await client.send(get('/')).reply()).status).toBe(200)
  })

  test('CAL_ERR_ADDRESS_IN_USE when somebody answers, who goes on', async () => {
    const first = await start()
    expect(await refusal()).toMatchObject({ code: 'CAL_ERR_ADDRESS_IN_USE' })
    expect(((await refusal()) as Error).message).toContain(path)
    const client = await RawClient.connect({ path })
    expect((await client.send(get('/')).reply()).status).toBe(200)
    expect(readdirSync(folder)).toEqual(['x.sock'])
    client.end() // or the server would linger for it
    await first.close()
  })

  test('CAL_ERR_ADDRESS_IN_USE also when its owner is alive and too busy to accept', async () => {
    const busy = new ChildProgram('test/sockets/programs/unix-listener.mjs', [path, '1'])
    await busy.printed(/listening/)
    busy.process.kill('SIGSTOP')
    const waiting = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const socket = connect({ path })
        onTestFinished(() => void socket.destroy())
        const outcome = await Promise.race([
          once(socket, 'connect').then(() => 'in'),
          once(socket, 'error').then(() => 'out'),
        ]).catch(() => 'out')
        return outcome
      }),
    )
    expect(waiting).toContain('in')
    expect(await refusal()).toMatchObject({ code: 'CAL_ERR_ADDRESS_IN_USE' })
    busy.process.kill('SIGCONT')
  })

  test.each(['a file', 'a folder', 'a link to a socket'])(
    'CAL_ERR_NOT_A_SOCKET when it is %s, which is left as it is',
    async (what) => {
      if (what === 'a file') writeFileSync(path, 'precious')
      else if (what === 'a folder') path = folder
      else symlinkSync(join(folder, 'elsewhere'), path)
      const before = readdirSync(folder)
      expect(await refusal()).toMatchObject({ code: 'CAL_ERR_NOT_A_SOCKET' })
      expect(readdirSync(folder)).toEqual(before)
      if (what === 'a file') expect(readFileSync(path, 'utf8')).toBe('precious')
    },
  )

  test('of two servers that begin at the same moment, one listens', async () => {
    const outcomes = await Promise.all([refusal(), refusal()])
    expect(outcomes.filter((outcome) => outcome === 'none')).toHaveLength(1)
    expect(outcomes.find((outcome) => outcome !== 'none')).toMatchObject({ code: 'CAL_ERR_ADDRESS_IN_USE' })
    expect(readdirSync(folder)).toEqual(['x.sock'])
    await RawClient.connect({ path })
  })
})

test('CAL_ERR_LISTEN where there is no such folder', async () => {
  path = join(folder, 'none', 'x.sock')
  expect(await refusal()).toMatchObject({ code: 'CAL_ERR_LISTEN', cause: { code: 'ENOENT' } })
})

test.skipIf(process.getuid?.() === 0)('CAL_ERR_LISTEN where the folder may not be written to', async () => {
  chmodSync(folder, 0o500)
  expect(await refusal()).toMatchObject({ code: 'CAL_ERR_LISTEN', cause: { code: 'EACCES' } })
})

describe.skipIf(process.platform !== 'linux')('an abstract name', () => {
  test('is listened on and connected to, and leaves no file', async () => {
    path = `\0calandria-test-${process.pid}`
    const server = await start()
    expect(server.location).toBe(`http+unix:@calandria-test-${process.pid}`)
    expect(await refusal()).toMatchObject({ code: 'CAL_ERR_ADDRESS_IN_USE' })
    let text = ''
    const transport = await connectUnix(new Reactor(), { path })
    transport.attach({
      onBytes: (bytes, length) => (text += bytes.toString('latin1', 0, length)),
      onDrain: () => undefined,
      onEnd: () => undefined,
      onClose: () => undefined,
    })
    transport.write(get('/abstract'))
    await until(() => text.endsWith('/abstract'))
    transport.close()
    await server.close()
    const again = createServer().listen({ path })
    await once(again, 'listening')
    again.close()
  })
})
