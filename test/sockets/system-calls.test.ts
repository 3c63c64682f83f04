import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Authority } from '../tls/certificates.js'
import { connectSecurely } from '../tls/tls-client.js'
import { startProgram } from './child-program.js'
import { RawClient } from './raw-client.js'
import { get, gets } from './requests.js'
import { READ_PATHS } from './started-server.js'

const WRITES = 'trace=write,writev,sendto,sendmsg,sendfile'

/** `null`, or why the kernel can't be asked here. */
function whyNoStrace(): string | null {
  const { error, status } = spawnSync('strace', [
    '-qq',
    '-yy',
    '-e',
    WRITES,
    '-o',
    '/dev/null',
    process.execPath,
    '-v',
  ])
  if (error !== undefined) return 'strace is not installed'
  return status === 0 ? null : 'ptrace is not allowed here'
}

interface Traced {
  readonly port: number
  /** Ends the server. @returns its writes whose line holds `mark` */
  readonly writesWith: (mark: string) => Promise<string[]>
}

/** Starts the server under strace. */
async function startTraced(...parameters: readonly string[]): Promise<Traced> {
  const folder = mkdtempSync(join(tmpdir(), 'calandria-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const trace = join(folder, 'trace.txt')
  const under = ['strace', '-f', '-qq', '-yy', '-e', WRITES, '-o', trace]
  const { program, address } = await startProgram('test/sockets/programs/frozen-server.mjs', parameters, {
    under,
  })
  const writesWith = async (mark: string): Promise<string[]> => {
    program.process.stdin!.end()
    await program.ended
    return readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => line.includes(mark))
  }
  return { port: address.port, writesWith }
}

const peerOf = (client: RawClient): string => `->127.0.0.1:${client.socket.localPort}]>`

const reason = whyNoStrace()

describe.each(READ_PATHS)(
  `system calls, read path %s${reason === null ? '' : ` (skipped: ${reason})`}`,
  (readPath) => {
    test.skipIf(reason !== null).each([16, 100])(
      '%i pipelined GETs cost the kernel one write',
      async (count) => {
        const { port, writesWith } = await startTraced(readPath)
        const client = await RawClient.connect(port)
        await client.send(gets(count, (i) => `/?${i}`)).replies(count)
        expect(await writesWith(peerOf(client))).toHaveLength(1)
      },
    )

    test.skipIf(reason !== null)('one large body among small ones costs one gathering write', async () => {
      const { port, writesWith } = await startTraced(readPath)
      const client = await RawClient.connect(port)
      const replies = await client.send(gets(8, (i) => (i === 3 ? '/?kind=large' : `/?${i}`))).replies(8)
      expect(replies[3]!.body).toHaveLength(40_000)
      const writes = await writesWith(peerOf(client))
      expect(writes).toHaveLength(1)
      expect(writes[0]).toMatch(/writev|sendmsg/)
    })

    test.skipIf(reason !== null)('async handlers that finish in the same turn cost one write', async () => {
      const { port, writesWith } = await startTraced(readPath)
      const client = await RawClient.connect(port)
      await client.send(gets(16, (i) => `/?kind=async&${i}`)).replies(16)
      expect(await writesWith(peerOf(client))).toHaveLength(1)
    })

    test.skipIf(reason !== null)('requests that come one by one cost one write each', async () => {
      const { port, writesWith } = await startTraced(readPath)
      const client = await RawClient.connect(port)
      for (let i = 0; i < 3; i++) await client.send(get(`/?${i}`)).reply()
      expect(await writesWith(peerOf(client))).toHaveLength(3)
    })
  },
)

describe(`system calls below HTTP${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  test.skipIf(reason !== null)('on a Unix socket 16 pipelined GETs cost the kernel one write', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'calandria-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'x.sock')
    const { writesWith } = await startTraced('auto', JSON.stringify({ path }))
    const client = await RawClient.connect({ path })
    await client.send(gets(16, (i) => `/?${i}`)).replies(16)
    expect(await writesWith('HTTP/1.1 200')).toHaveLength(1)
  })

  test.skipIf(reason !== null)(
    'over TLS 16 pipelined GETs cost the kernel as many writes as one',
    async () => {
      const authority = new Authority()
      onTestFinished(() => authority.remove())
      const listening = JSON.stringify({ port: 0, tls: authority.issue('127.0.0.1') })
      const costs = async (count: number): Promise<number> => {
        const { port, writesWith } = await startTraced('auto', listening)
        const { client } = await connectSecurely({ port }, { ca: authority.cert })
        await client.send(gets(count, (i) => `/?${i}`)).replies(count)
        return (await writesWith(peerOf(client))).length
      }
      expect(await costs(16)).toBe(await costs(1))
    },
  )
})
