/** A read and its replies, with nothing below: not recorded, and recorded with either kind of outputs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server } from '#calandria/http/server.js'
import { RECEIVE_SLACK, type Transport, type TransportListener } from '#calandria/io/transport.js'
import { Reactor } from '#calandria/reactor/reactor.js'
import { type Case, compare, type Way } from './compare.js'

const READS = 100
const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: bench\r\n\r\n'

const folder = mkdtempSync(join(tmpdir(), 'calandria-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Takes everything at once. Flattens what it is given, as a socket does: else the recording alone would pay for it. */
class Nowhere implements Transport {
  readonly remoteAddress = '127.0.0.1'
  readonly bytesQueued = 0
  readonly bytesUnsent = 0
  readonly isWritable = true
  listener: TransportListener | null = null
  bytes = 0
  readonly #taken = Buffer.alloc(64 * 1024)

  attach(listener: TransportListener): void {
    this.listener = listener
  }

  write(data: string | Uint8Array): boolean {
    if (typeof data === 'string') this.#taken.write(data, 'latin1')
    this.bytes += data.length
    return true
  }

  writeAll(segments: readonly (string | Uint8Array)[]): boolean {
    for (const segment of segments) this.write(segment)
    return true
  }

  pause(): void {
    throw new Error('it is never full')
  }

  resume(): void {
    throw new Error('it is never full')
  }

  end(): void {
    throw new Error('it goes on for ever')
  }

  close(): void {
    throw new Error('it goes on for ever')
  }

  abort(): void {
    throw new Error('it goes on for ever')
  }
}

function wayOf(name: string, depth: number, outputs: 'hash' | 'bytes' | null): Way {
  const reactor = new Reactor({ timeSliceMs: 1e6 }) // nobody turns it here, so no read may be cut
  const record = { file: join(folder, `${depth}-${name}`), maxBytes: 2 ** 40, maxBufferedBytes: 2 ** 40 }
  const server = new Server({
    reactor,
    flushBudgetMs: 1e6,
    handler: (_request, response) => response.send('Hello, World!'),
    ...(outputs === null ? {} : { record: { ...record, outputs } }),
  })
  const transport = new Nowhere()
  server.accept(transport)
  const { listener } = transport
  const length = REQUEST.length * depth
  const bytes = Buffer.alloc(length + RECEIVE_SLACK, REQUEST)
  return {
    name,
    run: () => {
      transport.bytes = 0
      for (let i = 0; i < READS; i++) {
        reactor.enter() // as a socket's transport does; the porch's does the same in its stead
        listener!.onBytes(bytes, length)
      }
      return transport.bytes
    },
  }
}

function caseOf(depth: number): Case {
  const ways = [
    wayOf('not recorded', depth, null),
    wayOf('recorded, outputs: hash', depth, 'hash'),
    wayOf('recorded, outputs: bytes', depth, 'bytes'),
  ]
  return { input: `${depth} deep`, operations: READS, ways }
}

compare('Recorder: a read and its replies', 'read', [1, 24].map(caseOf))
process.exit()
