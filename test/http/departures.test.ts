import { beforeEach, describe, expect, it } from 'vitest'
import { get, VirtualServer } from './memory-client.js'
import { PolledTransport } from './polled-transport.js'

let virtual: VirtualServer
let sockets: PolledTransport[]

const closed = (): number => sockets.filter(({ isClosed }) => isClosed).length

/** Each end that is answered takes an eighth of a slice. */
beforeEach(async () => {
  virtual = new VirtualServer((asked, response) => response.send(asked.target))
  const { reactor, clock, server } = virtual
  sockets = Array.from({ length: 100 }, () => new PolledTransport(reactor, (it) => server.accept(it)))
  for (const socket of sockets) {
    const end = socket.end.bind(socket)
    socket.end = () => {
      clock.advance(reactor.timeSliceMs / 8)
      end()
    }
  }
  await virtual.settle()
})

describe('clients that rest, and end', () => {
  it('are answered in the stack of their end while the poll has time', () => {
    for (const socket of sockets.slice(0, 5)) socket.peerEnds()
    expect(sockets.map(({ isEnded }) => isEnded).indexOf(false)).toBe(5)
  })

  it('wait for turns to come once it has none, and go in the order of their ends', async () => {
    for (const socket of sockets) socket.peerEnds()
    expect(sockets.map(({ isEnded }) => isEnded).lastIndexOf(true)).toBe(7) // eight eighths of a slice
    const inTurns: number[] = []
    while (closed() < sockets.length) {
      const before = closed()
      virtual.reactor.turn()
      await new Promise(setImmediate)
      inTurns.push(closed() - before)
      const firstOpen = sockets.findIndex(({ isClosed }) => !isClosed)
      if (firstOpen !== -1) expect(sockets.slice(firstOpen).every(({ isEnded }) => !isEnded)).toBe(true)
    }
    expect(Math.max(...inTurns.slice(1))).toBe(2) // a quarter of a slice
    expect(virtual.server.statistics().connections).toMatchObject({ open: 0, closed: 100 })
    expect(virtual.errors).toEqual([])
  })

  it('are forgotten when they are gone before', async () => {
    for (const socket of sockets) socket.peerEnds()
    for (const socket of sockets) socket.closes()
    await virtual.pass(100)
    expect(sockets.filter(({ isEnded }) => isEnded)).toHaveLength(8)
    expect(virtual.server.statistics().connections).toMatchObject({ open: 0, closed: 100 })
  })

  it('are ended once when the server closes meanwhile', async () => {
    for (const socket of sockets) socket.peerEnds()
    let ends = 0
    for (const socket of sockets) {
      const end = socket.end.bind(socket)
      socket.end = () => {
        ends++
        end()
      }
    }
    const closing = virtual.server.close()
    await virtual.pass(100)
    expect(await closing).toMatchObject({ answered: 0, aborted: 0 })
    expect([ends, closed()]).toEqual([92, 100])
  })

  it('hold up nobody who asks', async () => {
    const [asking, ...leaving] = sockets
    for (const socket of leaving) socket.peerEnds()
    asking!.readable(get('/one'))
    virtual.reactor.turn()
    await new Promise(setImmediate)
    virtual.reactor.turn()
    expect(asking!.answers).toEqual(['200 /one'])
    expect(closed()).toBeLessThan(leaving.length)
  })
})
