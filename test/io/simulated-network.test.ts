import { describe, expect, it } from 'vitest'
import type { LinkOptions } from '../../src/io/simulated-link.js'
import { SimulatedNetwork } from '../../src/io/simulated-network.js'
import type { SimulatedTransport } from '../../src/io/simulated-transport.js'
import { SeededRandom } from '../../src/reactor/seeded-random.js'
import { driveVirtually } from '../../src/reactor/virtual-drive.js'
import { seed, seededBytes } from '../reactor/seed.js'
import { makeVirtualReactor } from '../reactor/virtual-reactor.js'
import { Recorder } from './contract/recorder.js'

const KIB_64 = 64 * 1024

/** An end, and when each of its events came. */
class End extends Recorder {
  readonly times: string[] = []
  /** The transport, with what only a simulated one has. */
  own!: SimulatedTransport

  constructor(world: Net) {
    super('end', () =>
      this.times.push(`${this.isClosed ? 'close' : String(this.events.at(-1))} ${world.clock.now()}`),
    )
  }
}

/** A network, and a listener that gathers what it accepts. */
class Net {
  readonly clock
  readonly reactor
  readonly network: SimulatedNetwork
  readonly accepted: End[] = []

  constructor(link: LinkOptions = {}) {
    const { clock, reactor } = makeVirtualReactor()
    this.clock = clock
    this.reactor = reactor
    this.network = new SimulatedNetwork(reactor, { random: new SeededRandom(seed), link })
    this.network.listen('server', (transport) => {
      this.accepted.push(this.#adopt(new End(this), transport))
    })
  }

  connect(link?: LinkOptions, to = 'server'): End {
    const { network } = this
    return this.#adopt(
      new End(this),
      link === undefined ? network.connect(to) : network.connect(to, network.link(link)),
    )
  }

  #adopt(end: End, transport: SimulatedTransport): End {
    end.own = transport
    end.adopt(transport)
    return end
  }

  /** A connection that is there. */
  pair(link?: LinkOptions): [client: End, server: End] {
    const client = this.connect(link)
    this.run()
    return [client, this.accepted.at(-1)!]
  }

  run(until = Infinity): this {
    driveVirtually(this.reactor, this.clock, { until })
    return this
  }
}

describe('a simulated network', () => {
  it('carries bytes in the turn after, where its links are perfect, and the clock stands still', () => {
    const net = new Net()
    const client = net.connect()
    client.write('hello')
    net.run()
    expect(net.accepted[0]!.received.toString()).toBe('hello')
    expect(net.clock.now()).toBe(0)
  })

  it('takes the latency for the first packet, and for each way', () => {
    const net = new Net({ latencyMs: 15 })
    const client = net.connect()
    client.write('ping')
    net.run(14)
    expect(net.accepted).toEqual([])
    net.run(15)
    net.accepted[0]!.write('pong')
    net.run()
    expect([net.accepted[0]!.times, client.times]).toEqual([['bytes 15'], ['bytes 30']])
  })

  it('takes the time of its bandwidth, one behind the other', () => {
    const net = new Net({ bytesPerSecond: 1000, segmentBytes: 100 })
    const [client, server] = net.pair()
    client.write(seededBytes(300))
    net.run()
    client.write(seededBytes(100))
    net.run()
    expect(server.times).toEqual(['bytes 100', 'bytes 200', 'bytes 300', 'bytes 400'])
  })

  it('keeps the order in a connection, and not between two', () => {
    const net = new Net({ jitterMs: 50 })
    const pairs = Array.from({ length: 20 }, () => net.pair())
    for (let i = 0; i < 10; i++) {
      for (const [client] of pairs) client.write(String(i))
      net.run(net.clock.now() + 1)
    }
    net.run()
    for (const [, server] of pairs) expect(server.received.toString()).toBe('0123456789')
    const firsts = pairs.map(([, server]) => server.times[0])
    expect(new Set(firsts).size).toBeGreaterThan(5)
  })

  it('cuts and joins at random where it fragments, and loses nothing', () => {
    const net = new Net({ fragments: true, segmentBytes: 1000 })
    const [client, server] = net.pair()
    const sent = seededBytes(50_000)
    for (let at = 0; at < sent.length; at += 500) client.write(sent.subarray(at, at + 500))
    net.run()
    expect(server.received.equals(sent)).toBe(true)
    expect(server.reads).toBeGreaterThan(20)
  })

  it('takes of a writer what its buffer and the window of the reader hold, and no more', () => {
    const net = new Net({ sendBufferBytes: 10_000, receiveWindowBytes: 5000 })
    const [client, server] = net.pair()
    server.pause()
    client.write(seededBytes(100_000))
    net.run()
    expect(client.transport.bytesUnsent).toBe(100_000 - 10_000 - 5000)
    server.resume()
    net.run()
    expect([server.bytesReceived, client.transport.bytesUnsent]).toEqual([100_000, 0])
  })

  it('takes a short write in parts, later', () => {
    const net = new Net({ shortWrites: 1, latencyMs: 10 })
    const [client, server] = net.pair()
    const begun = net.clock.now()
    client.write(seededBytes(1000))
    expect(client.transport.bytesUnsent).toBeGreaterThan(0)
    net.run()
    expect(server.bytesReceived).toBe(1000)
    expect(net.clock.now()).toBeGreaterThan(begun + 10)
  })

  it('refuses a connection where nobody listens, and where nobody does any more', () => {
    const net = new Net({ latencyMs: 5 })
    const lost = net.connect(undefined, 'nowhere')
    net.run()
    expect(lost.closedWith).toMatchObject({ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' })
    expect(lost.times).toEqual(['close 10'])
    const listener = net.network.listen('other', () => expect.unreachable())
    const late = net.connect(undefined, 'other')
    listener.close()
    net.run()
    expect(late.closedWith).toMatchObject({ code: 'ECONNREFUSED' })
    expect(net.network.openEnds).toBe(0)
  })

  it('has one listener at an address, until it is closed', () => {
    const { network } = new Net()
    expect(() => network.listen('server', () => undefined)).toThrow(
      expect.objectContaining({ code: 'CAL_ERR_ADDRESS_IN_USE' }),
    )
    network.listen('other', () => undefined).close()
    network.listen('other', () => undefined)
  })

  it('tells the server the address of a link, and the client none', () => {
    const net = new Net()
    const [client, server] = net.pair({ address: '192.0.2.7' })
    expect([client.transport.remoteAddress, server.transport.remoteAddress]).toEqual([null, '192.0.2.7'])
  })

  it('holds nothing while nothing is under way: no timer, no task', () => {
    const net = new Net({ latencyMs: 5, jitterMs: 5 })
    const [client, server] = net.pair()
    server.onBytesDo = () => server.write('back')
    client.write('there')
    net.run()
    expect(net.network.packetsUnderWay).toBe(0)
    expect(net.reactor.statistics()).toMatchObject({ timersPending: 0, tasksReady: 0 })
  })
})

describe('a partition', () => {
  it('holds everything back, in both directions, and loses nothing', () => {
    const net = new Net()
    const link = net.network.link({ latencyMs: 10 })
    const client = new End(net)
    client.adopt(net.network.connect('server', link))
    net.run()
    const server = net.accepted[0]!
    client.write('before')
    net.run(net.clock.now() + 5)
    link.cut()
    client.write(' after')
    server.write('answer')
    client.end()
    net.run(10_000)
    expect([server.times, client.times]).toEqual([[], []])
    link.heal()
    net.run()
    expect([server.received.toString(), client.received.toString()]).toEqual(['before after', 'answer'])
    expect(server.times[0]).toBe('bytes 10010')
  })

  it('leaves other links alone', () => {
    const net = new Net()
    const link = net.network.link()
    link.cut()
    const cut = new End(net)
    cut.adopt(net.network.connect('server', link))
    const [client, server] = net.pair()
    client.write('x')
    net.run()
    expect([net.accepted.length, server.bytesReceived]).toEqual([1, 1])
    net.network.heal()
    net.run()
    expect(net.accepted).toHaveLength(2)
  })
})

describe('an end, as a socket', () => {
  it('loses to a reset what it has not read', () => {
    const net = new Net({ latencyMs: 1 })
    const [client, server] = net.pair()
    client.pause()
    server.write('lost')
    net.run()
    server.abort()
    net.run()
    expect(client.isClosed).toBe(false) // who doesn't read doesn't see it
    client.resume()
    net.run()
    expect([client.events, client.closedWith]).toEqual([
      ['close'],
      expect.objectContaining({ code: 'ECONNRESET' }),
    ])
  })

  it('gets what was under way before the reset', () => {
    const net = new Net({ latencyMs: 10, segmentBytes: 4 })
    const [client, server] = net.pair()
    server.write('kept')
    net.run(net.clock.now() + 2)
    server.abort()
    net.run()
    expect(client.received.toString()).toBe('kept')
    expect(client.closedWith).toMatchObject({ code: 'ECONNRESET' })
  })

  it('that has closed answers what still comes by a reset', () => {
    const net = new Net({ latencyMs: 10 })
    const [client, server] = net.pair()
    server.close()
    client.write('too late')
    net.run()
    expect(client.events).toEqual(['end']) // behind an end nobody looks at a socket
    client.write('nobody there?')
    net.run()
    expect(client.closedWith).toMatchObject({ code: 'ECONNRESET' })
  })

  it('that closes with bytes unread resets the other', () => {
    const net = new Net()
    const [client, server] = net.pair()
    server.pause()
    client.write('unread')
    net.run()
    server.close()
    net.run()
    expect(client.closedWith).toMatchObject({ code: 'ECONNRESET' })
  })

  it('reads at the pace that it is told', () => {
    const net = new Net()
    const [client, server] = net.pair()
    server.own.setReadingPace({ bytes: 10, everyMs: 100 })
    client.write(seededBytes(35))
    net.run()
    expect(server.times).toEqual(['bytes 0', 'bytes 100', 'bytes 200', 'bytes 300'])
    server.own.setReadingPace(null)
    client.write(seededBytes(KIB_64))
    net.run()
    expect(server.reads).toBe(5)
  })

  it('has no drain behind its end', () => {
    const net = new Net({ sendBufferBytes: 1000, receiveWindowBytes: 1000, highWaterMark: 1000 })
    const [client, server] = net.pair()
    expect(client.write(seededBytes(5000))).toBe(false)
    client.end()
    net.run()
    expect([client.events, server.bytesReceived]).toEqual([[], 5000])
  })

  it('counts its writes and bytes, alone and for all of its kind', () => {
    const net = new Net()
    const [one] = net.pair()
    const [other] = net.pair()
    one.write('12')
    other.writeAll(['345', '6'])
    net.run()
    expect([one.own.writes, one.own.bytesWritten]).toEqual([1, 2])
    expect(net.accepted[1]!.own.bytesRead).toBe(4)
    expect(net.network.counters).toMatchObject({ writes: 2, bytesWritten: 6 })
  })
})

describe('the options of a link', () => {
  it.each<[string, unknown]>([
    ['latencyMs', -1],
    ['latencyMs', Number.NaN],
    ['jitterMs', '5'],
    ['bytesPerSecond', 0],
    ['segmentBytes', 0],
    ['segmentBytes', 1.5],
    ['fragments', 1],
    ['shortWrites', 1.1],
    ['reorders', -0.1],
    ['sendBufferBytes', 0],
    ['receiveWindowBytes', Infinity],
    ['highWaterMark', 0],
    ['address', 5],
    ['speed', 5],
  ])('%s: %o is refused', (name, value) => {
    expect(() => new Net({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'CAL_ERR_OPTION',
        message: expect.stringContaining(`link.${name}`) as string,
      }),
    )
  })

  it.each([null, 5, 'fast'])('are refused where they are none: %o', (link) => {
    const wrong = expect.objectContaining({ code: 'CAL_ERR_OPTION' }) as Error
    expect(() => new Net(link as unknown as LinkOptions)).toThrow(wrong)
    expect(() => new Net().network.link(link as unknown as LinkOptions)).toThrow(wrong)
  })
})
