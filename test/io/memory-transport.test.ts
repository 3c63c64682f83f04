import { describe, expect, it } from 'vitest'
import { createMemoryPair } from '../../src/io/memory-transport.js'
import { VirtualClock } from '../../src/reactor/clock.js'
import { Reactor } from '../../src/reactor/reactor.js'
import { driveVirtually } from '../../src/reactor/virtual-drive.js'
import { makeVirtualReactor } from '../reactor/virtual-reactor.js'
import { HIGH_WATER_MARK, type TransportKind } from './contract/pair.js'
import { Recorder } from './contract/recorder.js'
import { describeTransport } from './transport-contract.js'

const byHand: TransportKind = {
  connect(near, far) {
    const clock = new VirtualClock()
    const reactor = new Reactor({ clock, driver: null })
    const [left, right] = createMemoryPair(reactor, { highWaterMark: HIGH_WATER_MARK })
    near.adopt(left)
    far.adopt(right)
    const drive = (): void => void driveVirtually(reactor, clock)
    const settle = (): Promise<void> => {
      drive()
      return Promise.resolve()
    }
    return Promise.resolve({ reactor, counters: left.counters, drive, settle, dispose: drive })
  },
}

const onTheRealLoop: TransportKind = {
  connect(near, far) {
    const reactor = new Reactor()
    const [left, right] = createMemoryPair(reactor, { highWaterMark: HIGH_WATER_MARK })
    near.adopt(right)
    far.adopt(left)
    const settle = async (): Promise<void> => {
      while (reactor.hasWork) await new Promise((resolve) => setImmediate(resolve))
    }
    return Promise.resolve({ reactor, counters: right.counters, settle, dispose: () => undefined })
  },
}

describeTransport('a pair in memory, turned by hand', byHand, { conversations: 150 })
describeTransport('a pair in memory, on the real loop', onTheRealLoop)

describe('a pair in memory', () => {
  it('gives the address that it was told on the one end and none on the other', () => {
    const { reactor } = makeVirtualReactor()
    const [left, right] = createMemoryPair(reactor, { remoteAddress: '192.0.2.1' })
    expect([left.remoteAddress, right.remoteAddress]).toEqual(['192.0.2.1', null])
  })

  it('keeps what was written before the peer has a listener', () => {
    const { reactor, clock } = makeVirtualReactor()
    const [left, right] = createMemoryPair(reactor)
    left.write('early')
    driveVirtually(reactor, clock)
    const late = new Recorder('late', () => undefined)
    late.adopt(right)
    driveVirtually(reactor, clock)
    expect(late.received.toString()).toBe('early')
  })

  it('shows the peer a change of written bytes that have not left, as a socket may', () => {
    const { reactor, clock } = makeVirtualReactor()
    const [left, right] = createMemoryPair(reactor)
    const reader = new Recorder('reader', () => undefined)
    reader.adopt(right)
    const bytes = Buffer.from('before')
    left.write(bytes)
    bytes.write('after!')
    driveVirtually(reactor, clock)
    expect(reader.received.toString()).toBe('after!')
  })

  it('is deaf to time: a turn delivers without the clock moving', () => {
    const { reactor, clock } = makeVirtualReactor()
    const [left, right] = createMemoryPair(reactor)
    const reader = new Recorder('reader', () => undefined)
    reader.adopt(right)
    left.write('x')
    left.end()
    driveVirtually(reactor, clock)
    expect(reader.events).toEqual(['bytes', 'end'])
    expect(clock.now()).toBe(0)
  })
})
