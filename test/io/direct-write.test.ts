import { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  directHandleOf,
  type StreamHandle,
  TAKEN,
  testDirectWrite,
  writeAllDirectly,
  writeDirectly,
  type WriteRequest,
} from '../../src/io/direct-write.js'
import { IoCounters } from '../../src/io/io-counters.js'
import { makeTransport } from '../../src/io/socket-paths.js'
import { DirectTransport } from '../../src/io/direct-transport.js'
import { resetTcp } from '../../src/io/socket-reset.js'
import { Reactor } from '../../src/reactor/reactor.js'
import { seededBytes } from '../reactor/seed.js'
import { makeSockets } from './accepted-pair.js'

function handleOf(socket: Socket): StreamHandle {
  const handle = directHandleOf(socket)
  if (handle === null) throw new Error('this socket cannot be written to directly')
  return handle
}

/** Writes blocks until the kernel takes no more of them at once. @returns what was written, and the request for the rest */
function fill(handle: StreamHandle): { written: Buffer; rest: WriteRequest } {
  const block = seededBytes(1 << 20)
  const blocks: Buffer[] = []
  for (;;) {
    blocks.push(block)
    const outcome = writeDirectly(handle, block)
    if (outcome === TAKEN) continue
    if (typeof outcome === 'number') throw new Error(`errno ${outcome}`)
    return { written: Buffer.concat(blocks), rest: outcome }
  }
}

const completion = (request: WriteRequest): Promise<number> =>
  new Promise((resolve) => (request.oncomplete = resolve))

describe.skipIf(process.platform === 'win32')('the self-test of direct writing', () => {
  it('passes on this platform', async () => {
    expect(await testDirectWrite()).toBe(true)
  })

  it('runs once a process', () => {
    expect(testDirectWrite()).toBe(testDirectWrite())
  })
})

describe.skipIf(process.platform === 'win32')('writing directly', () => {
  beforeAll(testDirectWrite)

  it('delivers text, bytes and several of both as they are, each taken at once', async () => {
    const { accepted, client } = await makeSockets()
    const handle = handleOf(accepted)
    const text = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code))
    const bytes = Buffer.from(text, 'latin1')
    const plain = new Uint8Array(bytes) // no Buffer
    const segments = [text, bytes, plain]
    for (const segment of segments) expect(writeDirectly(handle, segment)).toBe(TAKEN)
    expect(writeAllDirectly(handle, segments)).toBe(TAKEN)
    expect(writeAllDirectly(handle, [bytes, plain])).toBe(TAKEN)
    expect(writeAllDirectly(handle, [text, text])).toBe(TAKEN)
    accepted.end()
    expect((await buffer(client)).equals(Buffer.alloc(10 * 256, bytes))).toBe(true)
  })

  it('keeps text that the kernel does not take, whatever its length', async () => {
    const { accepted, client } = await makeSockets()
    const handle = handleOf(accepted)
    const { written, rest } = fill(handle)
    const texts = [1, 100, 16_383, 16_384, 16_385, 100_000].map((length) => 'é'.repeat(length))
    const requests = texts.map((text) => writeDirectly(handle, text) as WriteRequest)
    const completions = Promise.all([rest, ...requests].map(completion))
    const received = buffer(client)
    expect(new Set(await completions)).toEqual(new Set([0]))
    accepted.end()
    const expected = Buffer.concat([written, Buffer.from(texts.join(''), 'latin1')])
    expect((await received).equals(expected)).toBe(true)
  })

  it('keeps the bytes of a write that is under way from the collector', async () => {
    const { accepted, client } = await makeSockets()
    const handle = handleOf(accepted)
    const { written, rest } = fill(handle)
    const outcomes: WriteRequest[] = []
    const expected = [written]
    for (let i = 0; i < 20; i++) {
      expected.push(Buffer.alloc(200_000, i))
      outcomes.push(writeDirectly(handle, Buffer.alloc(200_000, i)) as WriteRequest)
      expected.push(Buffer.from(`text ${i}`), Buffer.alloc(100_000, i))
      outcomes.push(writeAllDirectly(handle, [`text ${i}`, Buffer.alloc(100_000, i)]) as WriteRequest)
    }
    const completions = Promise.all([rest, ...outcomes].map(completion))
    for (let i = 0; i < 200; i++) Buffer.alloc(1_000_000, 'garbage') // makes the collector work
    const received = buffer(client)
    await completions
    accepted.end()
    expect((await received).equals(Buffer.concat(expected))).toBe(true)
  })

  it('tells by a negative errno when the peer is gone', async () => {
    const { accepted, client } = await makeSockets()
    const handle = handleOf(accepted)
    accepted.pause()
    client.resetAndDestroy()
    let outcome: number | WriteRequest
    do {
      outcome = writeDirectly(handle, 'nobody')
      await new Promise((resolve) => setImmediate(resolve))
    } while (outcome === TAKEN)
    expect(outcome).toBeLessThan(0)
    accepted.on('error', () => undefined)
  })

  it('does not mix up the requests of writes that follow one that was refused', async () => {
    const { accepted, client } = await makeSockets()
    const gone = await makeSockets()
    const handle = handleOf(accepted)
    const goneHandle = handleOf(gone.accepted)
    gone.accepted.on('error', () => undefined)
    gone.client.destroy()
    gone.accepted.destroy()
    expect(writeDirectly(goneHandle, 'nobody')).toBeLessThan(0)
    const { written, rest } = fill(handle)
    const behind = writeDirectly(handle, 'behind') as WriteRequest
    expect(behind).not.toBe(rest)
    const completions = Promise.all([completion(rest), completion(behind)])
    const received = buffer(client)
    expect(await completions).toEqual([0, 0])
    accepted.end()
    expect((await received).equals(Buffer.concat([written, Buffer.from('behind')]))).toBe(true)
  })
})

describe('a socket that cannot be written to directly', () => {
  beforeAll(testDirectWrite)

  it('has no handle to do it with', async () => {
    expect(directHandleOf(new Socket())).toBe(null)
    const { accepted } = await makeSockets()
    const handle = (accepted as unknown as { _handle: object })._handle
    Object.defineProperty(handle, 'writev', { value: undefined })
    expect(directHandleOf(accepted)).toBe(null)
  })

  it('is written to by its stream', async () => {
    const { accepted, client } = await makeSockets()
    const handle = (accepted as unknown as { _handle: object })._handle
    Object.defineProperty(handle, 'writeLatin1String', { value: undefined, configurable: true })
    const paths = { read: 'data', write: 'direct' } as const
    const transport = makeTransport(paths, accepted, new Reactor(), new IoCounters(), resetTcp)
    expect(transport).not.toBeInstanceOf(DirectTransport)
    Reflect.deleteProperty(handle, 'writeLatin1String')
    transport.write('hello')
    transport.end()
    expect((await buffer(client)).toString()).toBe('hello')
  })
})
