/** Gathering 24 replies for one write: text by concatenation, an array to join, and a byte buffer. */
import { Reactor } from '#calandria/reactor/reactor.js'
import { WriteBatch } from '#calandria/io/write-batch.js'
import type { Segment, Transport } from '#calandria/io/transport.js'
import { compare, fingerprint, sink, type Case } from './compare.js'

const REPLIES = 24
/** As the pipeline appends them: a head's kept prefix and its length line are one piece, the body is another. */
const PREFIX =
  'HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\n'

let written = 0

/** Does what a socket does with text: flattens and copies it. Bytes go to the kernel from where they are. */
function write(data: Segment): boolean {
  if (typeof data === 'string') written = sink.write(data, 0, 'latin1')
  else written = data.length
  return true
}

const transport = { write } as unknown as Transport
const reactor = new Reactor({ driver: null })

function caseOf(bodyBytes: number): Case {
  const body = '{"id":1042,"name":"calandria"}'.repeat(20).slice(0, bodyBytes)
  const lengthEnd = `Content-Length: ${bodyBytes}\r\n\r\n`
  const batch = new WriteBatch(transport, reactor)
  const pieces: string[] = []
  const prefixBytes = Buffer.from(PREFIX, 'latin1')

  const ways = [
    {
      name: 'byte buffer, text written into it',
      run: () => {
        let at = 0
        for (let i = 0; i < REPLIES; i++) {
          at += sink.write(PREFIX + lengthEnd, at, 'latin1')
          at += sink.write(body, at, 'latin1')
        }
        write(sink.subarray(0, at))
        return fingerprint(written)
      },
    },
    {
      name: 'byte buffer, prefix kept as bytes',
      run: () => {
        let at = 0
        for (let i = 0; i < REPLIES; i++) {
          sink.set(prefixBytes, at)
          at += PREFIX.length
          at += sink.write(lengthEnd, at, 'latin1')
          at += sink.write(body, at, 'latin1')
        }
        write(sink.subarray(0, at))
        return fingerprint(written)
      },
    },
    {
      name: 'array, joined',
      run: () => {
        for (let i = 0; i < REPLIES; i++) pieces.push(PREFIX + lengthEnd, body)
        write(pieces.join(''))
        pieces.length = 0
        return fingerprint(written)
      },
    },
    {
      name: 'WriteBatch (concatenation)',
      run: () => {
        for (let i = 0; i < REPLIES; i++) batch.appendText(PREFIX + lengthEnd + body)
        batch.flush()
        return fingerprint(written)
      },
    },
  ]
  return { input: `${bodyBytes} B bodies`, operations: REPLIES, ways }
}

compare(`WriteBatch: ${REPLIES} replies of text a batch`, 'reply', [13, 500].map(caseOf))
