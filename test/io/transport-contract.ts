import { afterEach, beforeEach, describe, expect } from 'vitest'
import { describeBackPressure } from './contract/back-pressure.js'
import { describeBytes } from './contract/bytes.js'
import { describeClosing } from './contract/closing.js'
import { describeConversation } from './contract/conversation.js'
import { describeEnding } from './contract/ending.js'
import { describeInstruments } from './contract/instruments.js'
import { Pair, type TransportKind } from './contract/pair.js'
import { describePausing } from './contract/pausing.js'

/**
 * The suite that every transport must pass: what `src/io/transport.ts` promises, seen from outside. It looks at one
 * end of a connection, `near`; the peer, `far`, is driven through the same interface.
 *
 * The rules that hold at every moment (nothing while paused, nothing after the close, no callback from within a
 * method, enough slack) are watched in every test by the two `Recorder`s.
 *
 * @param conversations how many random conversations to hold
 */
export function describeTransport(name: string, kind: TransportKind, { conversations = 25 } = {}): void {
  describe(name, () => {
    let pair: Pair

    describe('the contract of a transport', () => {
      beforeEach(async () => {
        pair = await Pair.make(kind)
      })

      afterEach(async () => {
        expect(await pair.dispose()).toEqual([])
      })

      describeBytes(() => pair)
      describePausing(() => pair)
      describeBackPressure(() => pair)
      describeEnding(() => pair)
      describeClosing(kind, () => pair)
      describeInstruments(() => pair)
    })

    describeConversation(kind, conversations)
  })
}
