import fc from 'fast-check'

const SPECIAL = [
  '\r',
  '\n',
  '\r\n',
  '0',
  '3',
  'a',
  'g',
  ';',
  '=',
  '"',
  '\\',
  ' ',
  '\t',
  ':',
  '\0',
  '\x7f',
  '\xff',
  '-',
]

const bytes = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((some) => Buffer.from(some).toString('latin1'))

const token = fc
  .array(fc.constantFrom(...Array.from('abcXYZ019!#$-_.~')), { minLength: 1, maxLength: 6 })
  .map((characters) => characters.join(''))
const quoted = fc
  .array(fc.constantFrom('a', ' ', ';', '=', '\t', '\xe9', '\\"', '\\\\', '\\a'), { maxLength: 6 })
  .map((pieces) => `"${pieces.join('')}"`)
const extension = fc
  .tuple(token, fc.option(fc.oneof(token, quoted), { nil: null }))
  .map(([name, value]) => (value === null ? `;${name}` : `;${name}=${value}`))
const extensions = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc.array(extension, { maxLength: 3 }).map((all) => all.join('')),
)
const zeros = fc.nat(3).map((count) => '0'.repeat(count))
const chunk = fc
  .tuple(zeros, fc.boolean(), extensions, fc.oneof(bytes(5), bytes(80)))
  .map(([padding, isUpper, text, data]) => {
    if (data === '') return ''
    const size = data.length.toString(16)
    return `${padding}${isUpper ? size.toUpperCase() : size}${text}\r\n${data}\r\n`
  })
const trailerName = fc.oneof({ weight: 8, arbitrary: token }, fc.constantFrom('Host', 'TE', 'content-length'))
const trailer = fc
  .tuple(trailerName, fc.constantFrom('', ' ', '\t '), token, fc.constantFrom('', ' '))
  .map(([name, before, value, after]) => `${name}:${before}${value}${after}\r\n`)

/** A body that is right but for its size or its trailers' names, perhaps with a request behind it. */
export const plausibleBody: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(chunk, { maxLength: 6 }),
    zeros,
    extensions,
    fc.array(trailer, { maxLength: 3 }),
    fc.constantFrom('', '', 'GET / HTTP/1.1\r\n', '0\r\n\r\n', '\r\n'),
  )
  .map(([chunks, padding, text, trailers, behind]) =>
    [...chunks, `0${padding}${text}\r\n`, ...trailers, '\r\n', behind].join(''),
  )

/** The same with a few characters lost, exchanged or put in. */
export const brokenBody: fc.Arbitrary<string> = fc
  .tuple(
    plausibleBody,
    fc.array(fc.tuple(fc.nat(300), fc.nat(2), fc.constantFrom(...SPECIAL)), { minLength: 1, maxLength: 3 }),
  )
  .map(([body, edits]) =>
    edits.reduce((text, [place, lost, put]) => {
      const at = place % (text.length + 1)
      return text.slice(0, at) + put + text.slice(at + lost)
    }, body),
  )

/** Nothing but what framing is made of. */
export const framingGarbage: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...SPECIAL), { maxLength: 24 })
  .map((pieces) => pieces.join(''))
