/** What carries the scanner, one by one: the loops over names and over values alone, on the fields of three heads. */
import { BYTE_CLASSES, TOKEN, VALUE } from '#calandria/http/parser/byte-classes.js'
import { PAIR_CLASSES, skipValue } from '#calandria/http/parser/words.js'
import { compare, type Way } from './compare.js'
import { heads, oneRead, PIPELINED, sizeOf } from './heads.js'

const CLASSES = BYTE_CLASSES
const PAIRS = PAIR_CLASSES

interface Fields {
  readonly bytes: Buffer
  readonly words: DataView
  readonly limit: number
  /** Where names begin, and where values begin. */
  readonly names: Int32Array
  readonly values: Int32Array
}

function fieldsOf(head: string): Fields {
  const { bytes, limit } = oneRead(head)
  bytes[limit] = 0
  const lines = [...bytes.toString('latin1', 0, limit).matchAll(/^[\w-]+:/gm)]
  const names = Int32Array.from(lines, (line) => line.index)
  const values = Int32Array.from(lines, (line) => line.index + line[0].length)
  return { bytes, words: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), limit, names, values }
}

function nameWays({ bytes, words, limit, names }: Fields): Way[] {
  const eachName = (skip: (i: number) => number) => () => {
    let sum = 0
    for (let n = 0; n < names.length; n++) sum += skip(names[n]!)
    return sum
  }
  return [
    { name: 'imported table, end tested', run: eachName((i) => imported(bytes, i, limit, TOKEN)) },
    { name: 'constant table, end tested', run: eachName((i) => tested(bytes, i, limit, TOKEN)) },
    { name: 'constant table, sentinel', run: eachName((i) => sentinel(bytes, i, TOKEN)) },
    { name: 'constant table, sentinel, pairs', run: eachName((i) => pairs(bytes, words, i)) },
  ]
}

function valueWays({ bytes, words, limit, values }: Fields): Way[] {
  const eachValue = (skip: (i: number) => number) => () => {
    let sum = 0
    for (let n = 0; n < values.length; n++) sum += skip(values[n]!)
    return sum
  }
  return [
    { name: 'imported table, end tested', run: eachValue((i) => imported(bytes, i, limit, VALUE)) },
    { name: 'constant table, end tested', run: eachValue((i) => tested(bytes, i, limit, VALUE)) },
    { name: 'constant table, sentinel', run: eachValue((i) => sentinel(bytes, i, VALUE)) },
    { name: 'sentinel, four bytes a step', run: eachValue((i) => skipValue(words, i)) },
  ]
}

function imported(bytes: Uint8Array, start: number, limit: number, byteClass: number): number {
  let i = start
  while (i < limit && (BYTE_CLASSES[bytes[i]!]! & byteClass) !== 0) i++
  return i
}

function tested(bytes: Uint8Array, start: number, limit: number, byteClass: number): number {
  let i = start
  while (i < limit && (CLASSES[bytes[i]!]! & byteClass) !== 0) i++
  return i
}

function sentinel(bytes: Uint8Array, start: number, byteClass: number): number {
  let i = start
  while ((CLASSES[bytes[i]!]! & byteClass) !== 0) i++
  return i
}

/** As in the scanner. */
function pairs(bytes: Uint8Array, words: DataView, start: number): number {
  let i = start
  while ((PAIRS[words.getUint16(i, true)]! & TOKEN) !== 0) i += 2
  if ((CLASSES[bytes[i]!]! & TOKEN) !== 0) i++
  return i
}

compare(
  `The scanner's loops: ${PIPELINED} heads a read`,
  'head',
  heads.flatMap((head) => {
    const fields = fieldsOf(head)
    return [
      { input: `${sizeOf(head)}, names`, operations: PIPELINED, ways: nameWays(fields) },
      { input: `${sizeOf(head)}, values`, operations: PIPELINED, ways: valueWays(fields) },
    ]
  }),
)
