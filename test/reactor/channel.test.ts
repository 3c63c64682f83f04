import { describe, expect, it } from 'vitest'
import { Channel } from '../../src/reactor/channel.js'
import { Scope } from '../../src/reactor/scope.js'
import { seededRandom } from './seed.js'
import { SettlingReactor } from './settling.js'

const closed: unknown = expect.objectContaining({ code: 'CAL_ERR_CHANNEL_CLOSED' })

describe('Channel', () => {
  it.each([0, 1, 3])(
    'with a capacity of %s lets a fast sender run ahead that far, and loses nothing',
    async (capacity) => {
      const kit = new SettlingReactor()
      const channel = new Channel<number>(capacity)
      const received: number[] = []
      let sent = 0
      let furthest = 0
      const running = Scope.run(kit.reactor, (scope) => {
        void scope.spawn(async () => {
          for (let i = 0; i < 20; i++) {
            await channel.send(i, scope)
            sent++
          }
          channel.close()
        })
        void scope.spawn(async () => {
          for await (const value of channel) {
            received.push(value)
            await scope.sleep(10)
            furthest = Math.max(furthest, sent - received.length)
          }
        })
      })
      await kit.outcome(running)
      expect(received).toEqual([...Array(20).keys()])
      expect(furthest).toBe(capacity)
    },
  )

  it('serves receivers in the order in which they came', async () => {
    const channel = new Channel<string>(1)
    const received = Promise.all([channel.receive(), channel.receive(), channel.receive()])
    await Promise.resolve()
    for (const value of ['a', 'b', 'c']) expect(channel.trySend(value)).toBe(true)
    expect(await received).toEqual(['a', 'b', 'c'])
  })

  it('serves senders in the order in which they came, before those that come later', async () => {
    const channel = new Channel<number>(1)
    const sending = Promise.all([channel.send(1), channel.send(2), channel.send(3)])
    await Promise.resolve()
    expect(channel.trySend(4)).toBe(false)
    expect([await channel.receive(), await channel.receive(), await channel.receive()]).toEqual([1, 2, 3])
    await sending
    expect(channel.trySend(4)).toBe(true)
    expect(channel.size).toBe(1)
  })

  it('gives what was sent before it was closed, then ends', async () => {
    const channel = new Channel<string>(2)
    await channel.send('a')
    await channel.send('b')
    channel.close()
    channel.close()
    const received: string[] = []
    for await (const value of channel) received.push(value)
    expect(received).toEqual(['a', 'b'])
    await expect(channel.receive()).rejects.toEqual(closed)
    await expect(channel.send('c')).rejects.toEqual(closed)
    expect(channel.isClosed).toBe(true)
  })

  it('tells senders and receivers that wait when it is closed', async () => {
    const full = new Channel<number>(1)
    await full.send(1)
    const sending = full.send(2)
    const empty = new Channel<number>(1)
    const receiving = empty.receive()
    await Promise.resolve()
    full.close()
    empty.close()
    await expect(sending).rejects.toEqual(closed)
    await expect(receiving).rejects.toEqual(closed)
    expect(await full.receive()).toBe(1)
    await expect(full.receive()).rejects.toEqual(closed)
  })

  it('shares its values among several loops', async () => {
    const kit = new SettlingReactor()
    const channel = new Channel<number>(1)
    const received: number[][] = [[], []]
    const running = Scope.run(kit.reactor, async (scope) => {
      for (const own of received) {
        void scope.spawn(async () => {
          for await (const value of channel.receiveAll(scope)) {
            own.push(value)
            await scope.sleep(10)
          }
        })
      }
      for (let i = 0; i < 10; i++) await channel.send(i, scope)
      channel.close()
    })
    await kit.outcome(running)
    expect(received.map((own) => own.length)).toEqual([5, 5])
    expect(received.flat().sort((a, b) => a - b)).toEqual([...Array(10).keys()])
  })

  it('ends the waiting of a scope that is cancelled', async () => {
    const kit = new SettlingReactor()
    const channel = new Channel<number>(0)
    const running = Scope.run(kit.reactor, (scope) =>
      scope.within(10, (inner) => {
        void inner.spawn(() => channel.send(1, inner).then(() => channel.send(2, inner)))
        return inner.spawn(() => channel.receive(inner).then(() => inner.sleep(1000)))
      }),
    )
    expect(await kit.outcome(running)).toMatchObject({ error: { code: 'CAL_ERR_DEADLINE' } })
    expect(channel.trySend(3)).toBe(false) // nobody is left in line
    channel.close()
    await expect(channel.receive()).rejects.toEqual(closed)
  })

  it('loses and doubles nothing, whoever gives up: values are received if and only if their send succeeded', async () => {
    const random = seededRandom(2)
    for (let round = 0; round < 50; round++) {
      const kit = new SettlingReactor()
      const channel = new Channel<number>(Math.floor(random() * 4))
      const sent: number[] = []
      const received: number[] = []
      const patience = (): AbortSignal => {
        const controller = new AbortController()
        kit.reactor.delay(Math.floor(random() * 20), () => controller.abort())
        return controller.signal
      }
      for (let i = 0; i < 40; i++) {
        kit.reactor.delay(Math.floor(random() * 50), () => {
          channel.send(i, { signal: patience() }).then(
            () => sent.push(i),
            () => undefined,
          )
        })
        kit.reactor.delay(Math.floor(random() * 50), () => {
          channel.receive({ signal: patience() }).then(
            (value) => received.push(value),
            () => undefined,
          )
        })
      }
      await kit.pass(200)
      channel.close()
      for await (const value of channel) received.push(value)
      expect(received.sort((a, b) => a - b)).toEqual(sent.sort((a, b) => a - b))
    }
  })

  it.each([-1, 0.5, NaN, Infinity])('refuses a capacity of %s', (capacity) => {
    expect(() => new Channel(capacity)).toThrow(expect.objectContaining({ code: 'CAL_ERR_OPTION' }))
  })
})
