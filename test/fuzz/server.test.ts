import { describe, expect, it } from 'vitest'
import { engineOf, sharedLlhttp } from '../../src/http/parser/llhttp/llhttp-engine.js'
import { scannerEngine } from '../../src/http/parser/scanner-engine.js'
import type { Request } from '../../src/http/request.js'
import { VirtualServer } from '../http/memory-client.js'
import { Chance } from './chance.js'
import { escaped } from './fuzz-run.js'
import { Grammar } from './grammar.js'
import { inPieces, Mutator } from './mutator.js'
import { OurReader } from './our-reading.js'

const seed = Number(process.env['FUZZ_SEED'] ?? 9112)
const INPUTS = 3000

/** Requests that never reach the handler, or whose connection is handed over, are other tests'. */
const isOrdinary = (text: string): boolean => !/CONNECT|Upgrade|Expect/i.test(text)

async function asText({ method, target, headers, body }: Request): Promise<string> {
  const bytes = await body.bytes()
  return escaped(`${method} ${target} ${Array.from(headers).join(' ')} [${bytes.toString('latin1')}]`)
}

describe.each([scannerEngine, engineOf(await sharedLlhttp())])(
  `a server with $name (FUZZ_SEED=${seed})`,
  (parser) => {
    it('hands over the requests that the reader reads, no more and no less, however they are cut', async () => {
      const chance = new Chance(seed)
      const grammar = new Grammar(chance, 80)
      const mutator = new Mutator(chance)
      const reader = new OurReader(parser)
      let handedOver = 0
      for (let tried = 0; tried < INPUTS;) {
        const stream = chance.once(4) ? mutator.mutate(grammar.stream(), grammar.stream()) : grammar.stream()
        if (!isOrdinary(stream)) continue
        tried++
        const seen: string[] = []
        const server = new VirtualServer(
          async (request, response) => {
            const at = seen.push('incomplete') - 1
            seen[at] = await asText(request)
            response.send('ok')
          },
          { parser },
        )
        const client = server.connect()
        for (const piece of inPieces(stream, chance)) {
          client.send(Buffer.from(piece, 'latin1'))
          await server.settle()
        }
        const { requests, ending } = await reader.read([stream])
        const expected = requests
          .filter(({ method }) => method !== '')
          .map(({ method, target, fields, body }) => {
            const headers = fields.map((field) => field.replace(': ', ',')).join(' ')
            return escaped(`${method} ${target} ${headers} [${body}]`)
          })
        const complete = seen.filter((request) => request !== 'incomplete')
        expect(complete, escaped(stream)).toEqual(expected)
        expect(client.isEnded || client.isClosed, escaped(stream)).toBe(ending.kind !== 'waits')
        handedOver += complete.length
      }
      expect(handedOver).toBeGreaterThan(INPUTS / 3)
    })
  },
)
