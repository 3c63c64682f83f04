import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IoCounters } from '../../src/io/io-counters.js'
import { SocketTransport } from '../../src/io/socket-transport.js'
import type { Transport } from '../../src/io/transport.js'
import { WriteBatch } from '../../src/io/write-batch.js'
import { Reactor } from '../../src/reactor/reactor.js'
import { Recorder } from './contract/recorder.js'

type NativeWrite = (...args: unknown[]) => unknown
type Handle = Record<string, NativeWrite>

/**
 * One write is what the house is about, so these tests don't trust our own counters: they count the calls by which
 * Node's stream hands bytes to libuv. Each is one write(2) or writev(2), as long as the kernel takes it all.
 */
const WRITE_METHODS = [
  'writeBuffer',
  'writev',
  'writeLatin1String',
  'writeUtf8String',
  'writeAsciiString',
  'writeUcs2String',
]

const reactor = new Reactor()
const counters = new IoCounters()
let nativeWrites: string[]
let transport: Transport
let peer: Socket
let received = ''

beforeAll(async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  peer = connect((server.address() as AddressInfo).port, '127.0.0.1')
  peer.on('data', (chunk) => (received += chunk.toString('latin1')))
  const [accepted] = (await once(server, 'connection')) as [Socket]
  server.close()
  const handle = (accepted as unknown as { _handle: Handle })._handle
  for (const name of WRITE_METHODS) {
    const method = handle[name]
    if (method === undefined) throw new Error(`this Node has no ${name}`)
    handle[name] = (...args) => {
      nativeWrites.push(name)
      return method.apply(handle, args)
    }
  }
  transport = new SocketTransport(accepted, reactor, counters, true)
  new Recorder('accepted', () => undefined).adopt(transport)
})

afterAll(() => {
  transport.abort()
  peer.destroy()
})

/** What the peer reads of what `write` writes. */
async function peerReads(length: number, write: () => void): Promise<string> {
  nativeWrites = []
  received = ''
  write()
  while (received.length < length) await once(peer, 'data')
  return received
}

describe('a TCP transport asks libuv', () => {
  it('once for a text', async () => {
    expect(await peerReads(5, () => transport.write('hello'))).toBe('hello')
    expect(nativeWrites).toHaveLength(1)
  })

  it('once for bytes', async () => {
    expect(await peerReads(5, () => transport.write(Buffer.from('hello')))).toBe('hello')
    expect(nativeWrites).toEqual(['writeBuffer'])
  })

  it('once for any number of pieces', async () => {
    const pieces = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 'text' : Buffer.from('byte')))
    expect(await peerReads(400, () => transport.writeAll(pieces))).toBe('textbyte'.repeat(50))
    expect(nativeWrites).toEqual(['writev'])
  })

  it('as often as it counts', async () => {
    const before = counters.writes
    await peerReads(4, () => {
      transport.write('1')
      transport.writeAll(['2', Buffer.from('3')])
      transport.write(Buffer.from('4'))
    })
    expect(counters.writes - before).toBe(3)
    expect(nativeWrites).toHaveLength(3)
  })

  it('once for a batch of sixteen replies with small and large bodies', async () => {
    const batch = new WriteBatch(transport, reactor)
    const large = Buffer.alloc(3000, 'L')
    const read = await peerReads(8 * 6 + 8 * 3001, () => {
      for (let i = 0; i < 8; i++) {
        batch.appendText('small;')
        batch.appendText('>')
        batch.appendBytes(large)
      }
      batch.flush()
    })
    expect(read).toBe(('small;>' + 'L'.repeat(3000)).repeat(8))
    expect(nativeWrites).toEqual(['writev'])
  })
})
