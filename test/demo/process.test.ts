import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type ChildProgram } from '../sockets/child-program.js'
import { RawClient } from '../sockets/raw-client.js'
import { get } from '../sockets/requests.js'
import { runDemo, startDemo } from './demo-process.js'

const MIB = 1024 * 1024
const LISTENING = /listens on http:\/\/127\.0\.0\.1:(\d+)\n/

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const demo = await startDemo()
  demo.program.process.kill('SIGTERM')
  await demo.program.ended
  return demo.address.port
}

async function expectGreeting(port: number): Promise<void> {
  const client = await RawClient.connect(port)
  expect(String((await client.send(get('/')).reply()).body)).toBe('Hello, World!')
  client.end()
}

describe('the port', () => {
  test('--port chooses it, and the demo says how to try it', async () => {
    const port = await freePort()
    const program = runDemo(['--port', String(port)], { PORT: '1' })
    expect((await program.printed(LISTENING))[1]).toBe(String(port))
    await program.printed(/curl http:\/\/127\.0\.0\.1:\d+\/throw/)
    await expectGreeting(port)
  })

  test('PORT chooses it where --port does not', async () => {
    const port = await freePort()
    const program = runDemo([], { PORT: String(port) })
    expect((await program.printed(LISTENING))[1]).toBe(String(port))
    await expectGreeting(port)
  })

  test('a taken one ends the demo with exit code 1 and a message that helps', async () => {
    const { address } = await startDemo()
    const program = runDemo(['--port', String(address.port)])
    expect((await program.ended).code).toBe(1)
    expect(program.errors).toBe(
      `calandria: port ${address.port} is in use by another program; choose another: npm start -- --port ${address.port + 1}\n`,
    )
    expect(program.output).toBe('')
  })

  test.each(['http', '-1', '65536', '80.5', ''])(
    '%j is refused with exit code 1 and a message that helps',
    async (port) => {
      const program = runDemo([`--port=${port}`])
      expect((await program.ended).code).toBe(1)
      expect(program.errors).toBe(`calandria: the port must be a number from 0 to 65535, not ${port}\n`)
    },
  )
})

test.each(['--help', 'server', '--port'])(
  '%s is refused with exit code 1 and a message that helps',
  async (what) => {
    const program = runDemo([what])
    expect((await program.ended).code).toBe(1)
    expect(program.errors).toMatch(/^calandria: .*; it takes --port NUMBER and --record FILE\n$/s)
  },
)

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  test('ends a demo that nobody is connected to, with exit code 0', async () => {
    const { program } = await startDemo()
    program.process.kill(signal)
    expect(await program.ended).toEqual({ code: 0, signal: null })
    expect(program.output).toContain('closed: 0 answered, 0 idle, 0 aborted')
    expect(program.errors).toBe('')
  })

  test('lets requests in flight be answered first, on every connection', async () => {
    const demo = await startDemo()
    const clients = await Promise.all(Array.from({ length: 5 }, () => RawClient.connect(demo)))
    for (const [i, client] of clients.entries()) {
      client.send(get('/') + get(`/delay/${100 + i * 20}`))
      await client.reply() // the second one, in the same packet, is in flight now
    }
    demo.program.process.kill(signal)
    for (const [i, client] of clients.entries()) {
      const reply = await client.reply()
      expect([reply.status, String(reply.body)]).toEqual([200, String(100 + i * 20)])
      expect(await client.rest()).toHaveLength(0)
      client.end()
    }
    expect(await demo.program.ended).toEqual({ code: 0, signal: null })
    expect(demo.program.output).toMatch(/closed: \d answered, \d idle, 0 aborted/)
  })

  test('lets requests be answered that wait behind a reply which its client does not read yet', async () => {
    const demo = await startDemo()
    const client = await RawClient.connect(demo)
    client.send(get('/') + get('/bytes/60000000') + get('/delay/20') + get('/')) // more than the kernel takes
    await client.reply()
    demo.program.process.kill(signal)
    await demo.program.printed(/closing/)
    const replies = await client.replies(3)
    expect(replies.map(({ body }) => body.length)).toEqual([60_000_000, 2, 13])
    expect(replies.map(({ headers }) => headers.get('connection'))).toEqual([undefined, undefined, 'close'])
    expect(await client.rest()).toHaveLength(0)
    client.end()
    expect(await demo.program.ended).toEqual({ code: 0, signal: null })
    expect(demo.program.output).toContain('closed: 3 answered, 0 idle, 0 aborted')
  })

  test('lets a large body under way arrive whole', async () => {
    const demo = await startDemo()
    const client = await RawClient.connect(demo)
    client.send(get('/bytes/100000000'))
    let left = 100_000_000 - (await bodyAfterHead(client)).length
    demo.program.process.kill(signal)
    await demo.program.printed(/closing/)
    while (left > 0) left -= (await client.some()).length
    expect(left).toBe(0)
    expect(await client.rest()).toHaveLength(0)
    client.end()
    expect((await demo.program.ended).code).toBe(0)
  })
})

test('/bytes/1000000000 arrives whole while the demo’s memory stays bounded', async () => {
  const { program, address } = await startDemo()
  const client = await RawClient.connect(address.port)
  await client.send(get('/bytes/1000000')).reply()
  const before = residentBytes(program)

  client.send(get('/bytes/1000000000'))
  let received = (await bodyAfterHead(client)).length
  let most = before
  for (let chunks = 0; received < 1_000_000_000; chunks++) {
    received += (await client.some()).length
    if (chunks % 256 === 0) most = Math.max(most, residentBytes(program))
  }

  expect(received).toBe(1_000_000_000)
  expect(most - before).toBeLessThan(64 * MIB)
})

/** Reads a reply's head and drops it. @returns what of its body came with it */
async function bodyAfterHead(client: RawClient): Promise<Buffer> {
  let bytes = Buffer.alloc(0)
  for (;;) {
    bytes = Buffer.concat([bytes, await client.some()])
    const end = bytes.indexOf('\r\n\r\n')
    if (end !== -1) return bytes.subarray(end + 4)
  }
}

/** What Linux says of the program's memory; 0 where nobody says. */
function residentBytes(program: ChildProgram): number {
  const file = `/proc/${program.process.pid}/statm`
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[1]) * 4096 : 0
}
