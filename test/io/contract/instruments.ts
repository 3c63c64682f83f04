import { describe, expect, it, onTestFinished } from 'vitest'
import type { Instrument } from '../../../src/reactor/instrument.js'
import { fillForGood, type Pair } from './pair.js'

/** For one test: others may have the same reactor. */
function install({ connected }: Pair, instrument: Instrument): void {
  onTestFinished(connected.reactor.instrument(instrument))
}

/** What the instruments of its reactor hear of a transport, beside what its listener does. */
export function describeInstruments(getPair: () => Pair): void {
  describe('the instruments of its reactor', () => {
    it('hear every read with its bytes, around what the listener hears', async () => {
      const pair = getPair()
      const { near, far } = pair
      const log: string[] = []
      const sizes: number[] = []
      const connections = new Set<number>()
      install(pair, {
        readStarted: (_now, connection, bytes) => {
          connections.add(connection)
          sizes.push(bytes)
          log.push(`started ${bytes}`)
        },
        readEnded: (_now, connection) => {
          connections.add(connection)
          log.push('ended')
        },
      })
      near.onBytesDo = () => log.push(`heard ${near.bytesReceived}`)
      far.write('hello')
      await pair.nearReceives(5)
      far.write('you')
      await pair.nearReceives(8)
      await pair.settle()
      let total = 0 // a network may cut what was written
      const expected = sizes.flatMap((bytes) => [`started ${bytes}`, `heard ${(total += bytes)}`, 'ended'])
      expect(log).toEqual(expected)
      expect(total).toBe(8)
      expect(connections.size).toBe(1)
    })

    it('hear of every drain, before the listener does', async () => {
      const pair = getPair()
      const { near, far } = pair
      far.pause()
      await fillForGood(pair)
      const log: string[] = []
      install(pair, { drained: () => log.push('instrument') })
      near.onDrainDo = () => log.push('listener')
      const drains = near.count('drain')
      far.resume()
      await pair.until(() => near.count('drain') > drains)
      expect(log.slice(0, 2)).toEqual(['instrument', 'listener'])
    })

    it('hear of its close once, after the listener, under the number that it had', async () => {
      const pair = getPair()
      const { near, far } = pair
      const log: string[] = []
      let number = 0
      install(pair, {
        readStarted: (_now, connection) => (number = connection),
        connectionClosed: (_now, connection) => {
          if (connection === number) log.push(`near, listener told: ${String(near.isClosed)}`)
        },
      })
      far.write('x')
      await pair.nearReceives(1)
      near.abort()
      far.abort() // which of them hears a reset is another rule
      await pair.bothClose()
      await pair.settle()
      expect(log).toEqual(['near, listener told: true'])
    })
  })
}
