/**
 * From the bytes of a path to what a `Map` has for it: by the intern cache, and by making a string each time. The
 * parser's look at each byte belongs to it, because for the cache it makes a hash there.
 */
import { BYTE_CLASSES, PATH } from '#calandria/http/parser/byte-classes.js'
import { PathCache } from '#calandria/http/path-cache.js'
import { compare, type Case } from './compare.js'

const PATHS = 24
const CLASSES = BYTE_CLASSES

/** So many different paths, as they stand in the bytes of one read. */
function pathsOf(length: number): string[] {
  const tail = '/assets/scripts/application/vendor/index.js'
  return Array.from({ length: PATHS }, (_, i) => {
    const name = length === 1 ? '' : i + 10
    return `/${name}${tail}`.slice(0, length)
  })
}

let hash = 0

/** The parser's loop over a path; for the cache it makes the hash on its way. @returns where the path ends */
function checkAndHash(bytes: Uint8Array, start: number): number {
  let i = start
  let made = 0x811c9dc5 | 0
  let byte = bytes[i]!
  while ((CLASSES[byte]! & PATH) !== 0) {
    made = Math.imul(made ^ byte, 0x01000193)
    byte = bytes[++i]!
  }
  hash = made
  return i
}

/** What is left of that loop when nobody wants a hash. */
function check(bytes: Uint8Array, start: number): number {
  let i = start
  while ((CLASSES[bytes[i]!]! & PATH) !== 0) i++
  return i
}

function caseOf(length: number): Case {
  const paths = pathsOf(length)
  const heads = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a.example\r\n\r\n`)
  const bytes = Buffer.from(heads.join(''), 'latin1')
  const starts: number[] = []
  for (let i = 0, at = 4; i < PATHS; at += heads[i++]!.length) starts.push(at)
  const routes = new Map(paths.map((path, i) => [path, i]))
  const cache = new PathCache()

  return {
    input: `${length} B path`,
    operations: PATHS,
    ways: [
      {
        name: 'toString of the bytes, Map',
        run: () => {
          let sum = 0
          for (let i = 0; i < PATHS; i++) {
            const start = starts[i]!
            sum += routes.get(bytes.toString('latin1', start, check(bytes, start)))!
          }
          return sum
        },
      },
      {
        name: "slice of the read's text, Map",
        run: () => {
          const text = bytes.toString('latin1')
          let sum = 0
          for (let i = 0; i < PATHS; i++) {
            const start = starts[i]!
            sum += routes.get(text.slice(start, check(bytes, start)))!
          }
          return sum
        },
      },
      {
        name: 'PathCache, Map',
        run: () => {
          let sum = 0
          for (let i = 0; i < PATHS; i++) {
            const start = starts[i]!
            sum += routes.get(cache.lookup(bytes, start, checkAndHash(bytes, start), hash).path)!
          }
          return sum
        },
      },
    ],
  }
}

compare(`PathCache: ${PATHS} different paths a read`, 'path', [1, 14, 30, 45].map(caseOf))
