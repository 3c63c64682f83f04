/**
 * From the bytes of a read to what its heads say: parsed and looked up each time, or compared with the head before
 * first. The price is the comparison in vain where heads differ, in their paths or in their last field.
 */
import { KnownHead } from '#calandria/http/known-head.js'
import { DEFAULT_LIMITS } from '#calandria/http/limits.js'
import { Scanner } from '#calandria/http/parser/scanner.js'
import { PathCache } from '#calandria/http/path-cache.js'
import { RequestHead } from '#calandria/http/request-head.js'
import { RECEIVE_SLACK } from '#calandria/io/transport.js'
import { type Case, compare } from './compare.js'
import { heads, oneRead, PIPELINED, sizeOf } from './heads.js'

type Read = Readonly<{ bytes: Buffer; limit: number }>

/** Each asks for another path. */
function withPaths(head: string): Read {
  const text = Array.from({ length: PIPELINED }, (_, i) => head.replace(' /', ` /${i + 10}`)).join('')
  return { bytes: Buffer.from(text + '\0'.repeat(RECEIVE_SLACK), 'latin1'), limit: text.length }
}

/** Scanner and cache of its own for each way and case: each is to be compiled, and to learn, for its own input alone. */
function parsed({ bytes, limit }: Read, known: KnownHead | null): () => number {
  const scanner = new Scanner(DEFAULT_LIMITS)
  const paths = new PathCache()
  let at = 0
  const parse = (): RequestHead => {
    const start = at
    at = scanner.parse(bytes, start, limit)
    if (at < 0) throw new Error('refused')
    const path = paths.lookup(bytes, start + scanner.targetStart, start + scanner.pathEnd, scanner.pathHash)
    const head = new RequestHead(scanner.method, path.path, path, scanner.section)
    known?.keep(start, at, head)
    return head
  }
  return () => {
    let result = 0
    at = 0
    known?.view(bytes)
    while (at < limit) {
      let head = known === null ? null : known.match(at, limit)
      if (head === null) head = parse()
      else at += known!.length
      result += head.target.length + head.method
    }
    return result
  }
}

function caseOf(input: string, read: Read): Case {
  const ways = [
    { name: 'parsed', run: parsed(read, null) },
    { name: 'compared first', run: parsed(read, new KnownHead()) },
  ]
  return { input, operations: PIPELINED, ways }
}

const cases = heads.flatMap((head) => [
  caseOf(`${sizeOf(head)}, the same`, oneRead(head)),
  caseOf(`${sizeOf(head)}, other paths`, withPaths(head)),
  caseOf(`${sizeOf(head)}, differing`, oneRead(head, true)),
])
compare(`KnownHead: ${PIPELINED} heads a read`, 'head', cases)
