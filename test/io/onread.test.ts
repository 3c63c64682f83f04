import { once } from 'node:events'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { IoCounters } from '../../src/io/io-counters.js'
import { readInto, testOnread } from '../../src/io/onread.js'
import { SocketTransport } from '../../src/io/socket-transport.js'
import { Reactor } from '../../src/reactor/reactor.js'
import { seededBytes } from '../reactor/seed.js'
import { makeSockets } from './accepted-pair.js'
import { Recorder } from './contract/recorder.js'

/** Node's inside, as far as `onread.ts` relies on it. */
interface WithHandle {
  _handle: { useUserBuffer: unknown }
}

const never = (): never => {
  throw new Error('must not be called')
}

describe.skipIf(process.platform === 'win32')('the self-test of onread', () => {
  it('passes on this platform', async () => {
    expect(await testOnread()).toBe(true)
  })

  it('runs once a process', () => {
    expect(testOnread()).toBe(testOnread())
  })
})

describe.skipIf(process.platform === 'win32')('readInto()', () => {
  it('makes an accepted socket read into the buffer, and emit no data', async () => {
    const { accepted, client } = await makeSockets()
    const buffer = Buffer.alloc(64)
    accepted.on('data', never)
    const received = new Promise<string>((resolve) => {
      const isReading = readInto(accepted, buffer, (nread) => {
        resolve(buffer.toString('latin1', 0, nread))
        return true
      })
      expect(isReading).toBe(true)
    })
    client.write('hello')
    expect(await received).toBe('hello')
  })

  it('declines a socket that has no handle', () => {
    expect(readInto(new Socket(), Buffer.alloc(1), never)).toBe(false)
  })

  it('declines a socket whose handle knows no buffers, and leaves it as it was', async () => {
    const { accepted, client } = await makeSockets()
    Object.defineProperty((accepted as unknown as WithHandle)._handle, 'useUserBuffer', { value: undefined })
    expect(readInto(accepted, Buffer.alloc(64), never)).toBe(false)
    client.write('hello')
    const [data] = (await once(accepted, 'data')) as [Buffer]
    expect(data.toString()).toBe('hello')
  })
})

describe('a TCP transport whose socket declines onread', () => {
  it('is served by data events', async () => {
    const { accepted, client } = await makeSockets()
    Object.defineProperty((accepted as unknown as WithHandle)._handle, 'useUserBuffer', { value: undefined })
    let heard!: () => void
    const ended = new Promise<void>((resolve) => (heard = resolve))
    const recorder = new Recorder('near', () => undefined)
    recorder.onEndDo = heard
    const counters = new IoCounters()
    recorder.adopt(new SocketTransport(accepted, new Reactor(), counters, true))
    client.end('hello')
    await ended
    expect(recorder.received.toString()).toBe('hello')
    expect(counters).toMatchObject({ bytesRead: 5 })
    expect(recorder.violations).toEqual([])
  })
})

describe('a TCP transport that is given a chunk larger than the receive buffer', () => {
  it('lends it in pieces, stops between two when paused, and goes on with nothing lost', async () => {
    const { accepted } = await makeSockets()
    const sent = seededBytes(200_000)
    let readOn!: () => void
    const read = (): Promise<void> => new Promise((resolve) => (readOn = resolve))
    const recorder = new Recorder('near', () => readOn())
    recorder.onBytesDo = () => recorder.pause()
    recorder.adopt(new SocketTransport(accepted, new Reactor(), new IoCounters(), false))
    let next = read()
    accepted.push(sent) // Node itself reads 64 KiB at most, so far
    for (let reads = 1; recorder.bytesReceived < sent.length; reads++) {
      await next
      expect(recorder.reads).toBe(reads)
      next = read()
      recorder.resume()
    }
    expect(recorder.received.equals(sent)).toBe(true)
    expect(recorder.reads).toBe(4)
    expect(recorder.violations).toEqual([])
  })
})
