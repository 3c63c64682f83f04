/**
 * The two engines behind one interface: whole heads, 24 a read, once the same fields each time and once with a last
 * field that differs from head to head. What llhttp costs as an engine is more than llhttp with idle callbacks
 * (`scanner.ts`): its tokens are checked, and every head is a call of its own.
 */
import { equal } from 'node:assert/strict'
import { DEFAULT_LIMITS } from '#calandria/http/limits.js'
import { sharedLlhttp } from '#calandria/http/parser/llhttp/llhttp-engine.js'
import { LlhttpRequestParser } from '#calandria/http/parser/llhttp/llhttp-request-parser.js'
import { Refusals } from '#calandria/http/parser/llhttp/refusals.js'
import { Scanner } from '#calandria/http/parser/scanner.js'
import { type Case, compare } from './compare.js'
import { heads, oneRead, PIPELINED, sizeOf } from './heads.js'

const scanner = new Scanner(DEFAULT_LIMITS)
const llhttp = new LlhttpRequestParser(await sharedLlhttp(), DEFAULT_LIMITS, new Refusals(DEFAULT_LIMITS))

function learned(head: Scanner | LlhttpRequestParser): string {
  const { method, targetStart, pathEnd, pathHash, targetEnd, minorVersion, fieldsStart, fieldsEnd } = head
  const { contentLength, isChunked, saysClose, saysKeepAlive, lines, hosts } = head.section
  const positions = [targetStart, pathEnd, targetEnd, fieldsStart, fieldsEnd]
  return [method, pathHash, minorVersion, contentLength, isChunked, saysClose, saysKeepAlive, lines, hosts]
    .concat(positions)
    .join()
}

for (const head of heads) {
  const { bytes, limit } = oneRead(head)
  equal(llhttp.parse(bytes, 0, limit), scanner.parse(bytes, 0, limit))
  equal(learned(llhttp), learned(scanner))
}

/** The two share no loop: each is to be compiled for its parser alone. */
function scan(bytes: Buffer, limit: number): () => number {
  return () => {
    let result = 0
    for (let at = 0; at < limit; result += 100_000) {
      at = scanner.parse(bytes, at, limit)
      if (at < 0) throw new Error('refused')
      result += scanner.targetEnd - scanner.targetStart
    }
    return result
  }
}

function readWithLlhttp(bytes: Buffer, limit: number): () => number {
  return () => {
    let result = 0
    for (let at = 0; at < limit; result += 100_000) {
      at = llhttp.parse(bytes, at, limit)
      if (at < 0) throw new Error('refused')
      result += llhttp.targetEnd - llhttp.targetStart
    }
    return result
  }
}

function caseOf(head: string, differing: boolean): Case {
  const { bytes, limit } = oneRead(head, differing)
  const ways = [
    { name: 'scanner', run: scan(bytes, limit) },
    { name: 'llhttp', run: readWithLlhttp(bytes, limit) },
  ]
  return { input: `${sizeOf(head)}, ${differing ? 'differing' : 'the same'}`, operations: PIPELINED, ways }
}

const cases = [true, false].flatMap((differing) => heads.map((head) => caseOf(head, differing)))
compare(`Engines: ${PIPELINED} heads a read`, 'head', cases)
