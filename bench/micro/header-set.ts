/** Setting headers: by remembered transitions, by checking each time, and by a `Map` of lines that were checked. */
import { checkedName, type HeaderSet, NO_HEADERS } from '#calandria/http/header-set.js'
import { compare, fingerprint, sink, type Case } from './compare.js'

const REPLIES = 24
/** As in `src/http/header-set.ts`; the benchmark fails when the two ways stop giving the same. */
const FIELD_VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/

type Header = readonly [name: string, value: string]

function checkedLine(name: string, value: string): string {
  if (!FIELD_VALUE.test(value)) throw new TypeError(name)
  return `${name}: ${value}\r\n`
}

/** What any server does: check, replace an earlier one of the same name, join at the end. */
function checkedEachTime(headers: readonly Header[]): string {
  const lines = new Map<string, string>()
  for (const [name, value] of headers) lines.set(checkedName(name), checkedLine(name, value))
  let text = ''
  for (const line of lines.values()) text += line
  return text
}

const knownLines = new Map<string, Map<string, string>>()

/** Checked once for each name and value; not bounded, and it never looks for an earlier one of the same name. */
function fromMapOfLines(headers: readonly Header[]): string {
  let text = ''
  for (const [name, value] of headers) {
    let values = knownLines.get(name)
    if (values === undefined) knownLines.set(checkedName(name) && name, (values = new Map<string, string>()))
    let line = values.get(value)
    if (line === undefined) values.set(value, (line = checkedLine(name, value)))
    text += line
  }
  return text
}

/** As `Response.header()` does it. */
function fromHeaderSet(headers: readonly Header[]): string {
  let set: HeaderSet = NO_HEADERS
  for (const [name, value] of headers) set = set.next(name, value) ?? set.with(name, value)
  return set.text
}

function caseOf(input: string, replies: readonly (readonly Header[])[]): Case {
  const way = (name: string, textOf: (headers: readonly Header[]) => string) => ({
    name,
    run: () => {
      let text = ''
      for (let i = 0; i < REPLIES; i++) text += textOf(replies[i % replies.length]!)
      return fingerprint(sink.write(text, 0, 'latin1'))
    },
  })
  const ways = [
    way('checked each time', checkedEachTime),
    way('Map of checked lines', fromMapOfLines),
    way('HeaderSet', fromHeaderSet),
  ]
  return { input, operations: REPLIES, ways }
}

const type: Header = ['Content-Type', 'application/json']
const four: readonly Header[] = [
  type,
  ['Cache-Control', 'no-store'],
  ['ETag', '"5f2c9a7b"'],
  ['X-Content-Type-Options', 'nosniff'],
]
const numbered = (count: number): Header[][] =>
  Array.from({ length: count }, (_, i) => [type, ['X-Shard', `shard-${i}`]])

compare(`HeaderSet: ${REPLIES} replies a batch`, 'reply', [
  caseOf('1 header', [[type]]),
  caseOf('4 headers', [four]),
  caseOf('2 headers, one of 8 values in turn', numbered(8)),
  caseOf('2 headers, one of 1,000 values', numbered(1000)),
])
