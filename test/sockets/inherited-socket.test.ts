import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type InheritedSocket, type ListeningAddress, serve, systemdSockets } from '../../src/index.js'
import { ChildProgram } from './child-program.js'
import { RawClient } from './raw-client.js'
import { get } from './requests.js'

const hasPython = spawnSync('python3', ['--version']).error === undefined

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'calandria-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

interface Activation {
  /** What to pass: `tcp`, `connected`, `file`, or paths of Unix sockets. */
  readonly kinds: readonly string[]
  readonly names?: string
  /** What `LISTEN_PID` says; empty: there is no such variable. */
  readonly pid?: string
}

/** Starts a server with sockets that another program has opened. @param what its parameter: which it shall take */
function activate(what: string, { kinds, names = '', pid = 'own' }: Activation): ChildProgram {
  const under = ['python3', 'test/sockets/programs/activate.py', kinds.join(','), names, pid]
  return new ChildProgram('test/sockets/programs/inherited-server.mjs', [what], { under })
}

async function addressOf(program: ChildProgram): Promise<ListeningAddress> {
  const [, address] = await program.printed(/listening: (\{.*\})/)
  return JSON.parse(address!) as ListeningAddress
}

async function isAnswered(address: ListeningAddress): Promise<boolean> {
  const client = await RawClient.connect(address.family === 'unix' ? address : address.port)
  const { body } = await client.send(get('/inherited')).reply()
  await client.end().closed // or the server's end would linger for it
  return String(body) === '/inherited'
}

describe.skipIf(!hasPython)(
  `a socket that another program has opened${hasPython ? '' : ' (skipped: no python3)'}`,
  () => {
    test.each(['3', 'systemd'])('is listened on, by fd %s', async (what) => {
      const program = activate(what, { kinds: ['tcp'] })
      const address = await addressOf(program)
      expect(address).toMatchObject({ family: 'IPv4', address: '127.0.0.1' })
      expect(program.output).toMatch(/ http:\/\/127\.0\.0\.1:\d+\n/)
      expect(await isAnswered(address)).toBe(true)
      program.process.stdin!.end()
      expect(await program.ended).toEqual({ code: 0, signal: null })
    })

    test('may be a Unix socket, whose file belongs to whoever opened it', async () => {
      const path = join(folder, 'x.sock')
      const program = activate('systemd', { kinds: [path] })
      expect(await addressOf(program)).toEqual({ family: 'unix', path: '' }) // Node does not tell it
      expect(await isAnswered({ family: 'unix', path })).toBe(true)
      program.process.stdin!.end()
      await program.ended
      expect(existsSync(path)).toBe(true)
    })

    test('is one of several, chosen by its name', async () => {
      const path = join(folder, 'x.sock')
      const program = activate('admin', { kinds: ['tcp', path], names: 'web:admin' })
      await addressOf(program)
      expect(await isAnswered({ family: 'unix', path })).toBe(true)
    })

    test('must be chosen where there are several', async () => {
      const program = activate('systemd', { kinds: ['tcp', 'tcp'] })
      await program.printed(/failed: CAL_ERR_NO_INHERITED_SOCKET .*systemdSockets/)
    })

    test.each([
      ['for another process', '1'],
      ['for none', ''],
    ])('is not taken when it was meant %s', async (_, pid) => {
      const program = activate('systemd', { kinds: ['tcp'], pid })
      await program.printed(/failed: CAL_ERR_NO_INHERITED_SOCKET /)
    })

    test.each([
      ['a connection', '3', 'connected'],
      ['a file', '3', 'file'],
      ['nothing', '57', 'tcp'],
    ])('that turns out to be %s fails with CAL_ERR_LISTEN', async (_, fd, kind) => {
      const program = activate(fd, { kinds: [kind] })
      await program.printed(new RegExp(`failed: CAL_ERR_LISTEN .*file descriptor ${fd}`))
    })
  },
)

describe('systemdSockets()', () => {
  const own = String(process.pid)
  type Row = readonly [environment: Record<string, string>, sockets: readonly InheritedSocket[]]
  const rows: readonly Row[] = [
    [{}, []],
    [{ LISTEN_PID: own }, []],
    [{ LISTEN_FDS: '1' }, []],
    [{ LISTEN_PID: '1', LISTEN_FDS: '1' }, []],
    [{ LISTEN_PID: ` ${own}`, LISTEN_FDS: '1' }, []],
    ...['', '0', '-1', '1x', '01', '99999'].map((count): Row => [{ LISTEN_PID: own, LISTEN_FDS: count }, []]),
    [{ LISTEN_PID: own, LISTEN_FDS: '1' }, [{ fd: 3, name: '' }]],
    [
      { LISTEN_PID: own, LISTEN_FDS: '2', LISTEN_FDNAMES: 'a' },
      [
        { fd: 3, name: 'a' },
        { fd: 4, name: '' },
      ],
    ],
    [
      { LISTEN_PID: own, LISTEN_FDS: '2', LISTEN_FDNAMES: 'a:b:c' },
      [
        { fd: 3, name: 'a' },
        { fd: 4, name: 'b' },
      ],
    ],
  ]
  test.each(rows)('of %j are %j', (environment, sockets) => {
    expect(systemdSockets(environment)).toEqual(sockets)
  })

  test('are none here, and serve() says so', async () => {
    const serving = serve({ fd: 'systemd', handler: () => undefined })
    await expect(serving).rejects.toMatchObject({
      code: 'CAL_ERR_NO_INHERITED_SOCKET',
      name: 'CalandriaError',
    })
  })
})
