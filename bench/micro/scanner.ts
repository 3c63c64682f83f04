/**
 * The scanner against a plain loop over bytes, and against llhttp: whole heads, 24 a read. Once with fields that are
 * always the same, which the scanner only compares, and once with a last field that differs from head to head.
 */
import { deepEqual } from 'node:assert/strict'
import { DEFAULT_LIMITS } from '#calandria/http/limits.js'
import type { FieldSection } from '#calandria/http/parser/field-section.js'
import { KeptBytes } from '#calandria/http/parser/kept-bytes.js'
import { Scanner } from '#calandria/http/parser/scanner.js'
import { compare, type Case } from './compare.js'
import { heads, oneRead, PIPELINED, sizeOf } from './heads.js'
import { Llhttp } from './llhttp.js'
import { PlainScanner } from './plain-scanner.js'

/** Every section is new to it. */
class NothingKept extends KeptBytes<FieldSection> {
  override match(): null {
    return null
  }

  override keep(): void {
    // it doesn't
  }
}

const scanner = new Scanner(DEFAULT_LIMITS)
const forgetfulScanner = new Scanner(DEFAULT_LIMITS, new NothingKept())
const plainScanner = new PlainScanner()
const llhttp = new Llhttp(64 * 1024)

/** Everything that both learn of a head. */
function learned(head: Scanner | PlainScanner, section: FieldSection | PlainScanner): unknown[] {
  const { method, targetStart, pathEnd, pathHash, targetEnd, minorVersion, fieldsStart, fieldsEnd } = head
  const { contentLength, isChunked, saysClose, saysKeepAlive } = section
  const positions = [targetStart, pathEnd, targetEnd, fieldsStart, fieldsEnd]
  return [method, pathHash, minorVersion, contentLength, isChunked, saysClose, saysKeepAlive, ...positions]
}

for (const head of heads) {
  const { bytes, limit } = oneRead(head)
  scanner.parse(bytes, 0, limit)
  plainScanner.parse(bytes, 0, limit)
  deepEqual(learned(plainScanner, plainScanner), learned(scanner, scanner.section))
}

function result(count: number, targetBytes: number): number {
  return count * 100_000 + targetBytes
}

/** Both kinds share no loop: each is to be compiled for its parser alone. */
function scanWith(parser: Scanner, bytes: Buffer, limit: number): () => number {
  return () => {
    let count = 0
    let targetBytes = 0
    for (let at = 0; at < limit; count++) {
      at = parser.parse(bytes, at, limit)
      if (at < 0) throw new Error('refused')
      targetBytes += parser.targetEnd - parser.targetStart
    }
    return result(count, targetBytes)
  }
}

function scanPlainly(bytes: Buffer, limit: number): () => number {
  return () => {
    let count = 0
    let targetBytes = 0
    for (let at = 0; at < limit; count++) {
      at = plainScanner.parse(bytes, at, limit)
      if (at < 0) throw new Error('refused')
      targetBytes += plainScanner.targetEnd - plainScanner.targetStart
    }
    return result(count, targetBytes)
  }
}

function scanWithLlhttp(bytes: Buffer, limit: number): () => number {
  return () => {
    const counted = llhttp.parse(bytes, limit)
    return result(counted.heads, counted.targetBytes)
  }
}

function caseOf(head: string, differing: boolean): Case {
  const { bytes, limit } = oneRead(head, differing)
  const ways = [
    { name: 'one byte a step', run: scanPlainly(bytes, limit) },
    { name: 'Scanner, nothing kept', run: scanWith(forgetfulScanner, bytes, limit) },
    { name: 'Scanner', run: scanWith(scanner, bytes, limit) },
    { name: 'llhttp, idle callbacks', run: scanWithLlhttp(bytes, limit) },
  ]
  return { input: `${sizeOf(head)}, ${differing ? 'differing' : 'the same'}`, operations: PIPELINED, ways }
}

// Differing ones first: what the compiler has learned of heads that are the same makes it slower at others (by 15 %).
const cases = [true, false].flatMap((differing) => heads.map((head) => caseOf(head, differing)))
compare(`Scanner: ${PIPELINED} heads a read`, 'head', cases)
