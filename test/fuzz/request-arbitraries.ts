import fc from 'fast-check'
import { brokenHead, edited, hostileEdit, plausibleHead } from '../http/parser/head-arbitraries.js'

const data = fc.string({ unit: fc.constantFrom(...Array.from('ab0\r\n;:\x80')), maxLength: 12 })
const extension = fc.constantFrom('', '', '', ';a', ';a=b', ';a="b;c"', '; a', ';a="\\"', ';')
const trailers = fc.constantFrom('', '', 'T: u\r\n', 'T: u\r\nV:\r\n', 'Host: x\r\n', 'T : u\r\n')

const chunk = fc.tuple(data, extension).map(([bytes, ext]) => {
  return bytes === '' ? '' : `${bytes.length.toString(16)}${ext}\r\n${bytes}\r\n`
})
const chunks = fc
  .tuple(fc.array(chunk, { maxLength: 4 }), fc.constantFrom('0', '00'), extension, trailers)
  .map(([all, last, ext, lines]) => `${all.join('')}${last}${ext}\r\n${lines}\r\n`)

const framed = fc.oneof(
  data.map((bytes) => `Content-Length: ${bytes.length}\r\n\r\n${bytes}`),
  chunks.map((body) => `Transfer-Encoding: chunked\r\n\r\n${body}`),
  fc
    .tuple(data, chunks)
    .map(([bytes, body]) => `Content-Length: ${bytes.length}\r\nTransfer-Encoding: chunked\r\n\r\n${body}`),
)
const whole = fc.oneof(
  plausibleHead,
  framed.map((rest) => `POST / HTTP/1.1\r\nHost: x\r\n${rest}`),
)

/** Requests behind one another, with a few faults in them or none. */
export const requestStream: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.oneof({ weight: 4, arbitrary: whole }, brokenHead), { minLength: 1, maxLength: 3 }),
    fc.array(hostileEdit, { maxLength: 3 }),
  )
  .map(([requests, edits]) => edited(requests.join(''), edits))
