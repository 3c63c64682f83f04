import fc from 'fast-check'
import { expect, it } from 'vitest'
import { seededBytes } from '../../reactor/seed.js'
import { Pair, type TransportKind } from './pair.js'
import type { Recorder } from './recorder.js'

type Act =
  | { readonly do: 'write'; readonly length: number }
  | { readonly do: 'writeAll'; readonly lengths: readonly number[] }
  | { readonly do: 'pause' | 'resume' | 'wait' }

const lengths = fc.oneof(fc.nat(40), fc.nat(3000), fc.nat(100_000))
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('write' as const), length: lengths }),
  fc.record({ do: fc.constant('writeAll' as const), lengths: fc.array(lengths, { maxLength: 5 }) }),
  fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'wait' as const) }),
)
const conversation = fc.array(fc.record({ isNear: fc.boolean(), act }), {
  minLength: 5,
  maxLength: 40,
  size: 'max',
})

async function perform(
  pair: Pair,
  end: Recorder,
  { act, stream }: { act: Act; stream: number },
): Promise<Buffer> {
  if (act.do === 'write') {
    const bytes = seededBytes(act.length, stream)
    end.write(stream % 2 === 0 ? bytes : bytes.toString('latin1'))
    return bytes
  }
  if (act.do === 'writeAll') {
    const pieces = act.lengths.map((length, i) => seededBytes(length, stream * 10 + i))
    end.writeAll(pieces.map((piece, i) => (i % 2 === 0 ? piece : piece.toString('latin1'))))
    return Buffer.concat(pieces)
  }
  if (act.do === 'pause') end.pause()
  else if (act.do === 'resume') end.resume()
  else await pair.settle()
  return Buffer.alloc(0)
}

/** Whatever two ends say and however they pause: each hears all that the other said, and it ends in peace. */
export function describeConversation(kind: TransportKind, numRuns: number): void {
  it('any conversation arrives whole on both sides and ends in peace', async () => {
    await fc.assert(
      fc.asyncProperty(conversation, async (acts) => {
        const pair = await Pair.make(kind)
        const { near, far } = pair
        const said = { near: [] as Buffer[], far: [] as Buffer[] }
        for (const [stream, { isNear, act }] of acts.entries()) {
          said[isNear ? 'near' : 'far'].push(await perform(pair, isNear ? near : far, { act, stream }))
        }
        near.end()
        far.end()
        near.resume()
        far.resume()
        await pair.bothClose()
        expect(far.received.equals(Buffer.concat(said.near))).toBe(true)
        expect(near.received.equals(Buffer.concat(said.far))).toBe(true)
        expect([near.closedWith, far.closedWith]).toEqual([null, null])
        expect([near.count('end'), far.count('end')]).toEqual([1, 1])
        expect(await pair.dispose()).toEqual([])
      }),
      { numRuns },
    )
  })
}
