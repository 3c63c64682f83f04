/** Verifying 24 responses of one read: by the parser, and by comparison with a response that it has read before. */
import { llhttpEngine } from 'calandria/llhttp'
import { InFlight } from '#calandria/bench/in-flight.js'
import { Recorder } from '#calandria/bench/recorder.js'
import { renderRequest } from '#calandria/bench/rendered-request.js'
import { ResponseStream } from '#calandria/bench/response-stream.js'
import { ResponseTemplates } from '#calandria/bench/response-templates.js'
import { compare, type Case } from './compare.js'

const RESPONSES = 24
const HEAD =
  'HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\nContent-Length: '

const engine = await llhttpEngine()
const requests = [renderRequest({}, new URL('http://server/'), 'the request')]

/** Templates that never learn: everything goes through the parser. */
class Forgetful extends ResponseTemplates {
  override learn(): boolean {
    return false
  }
}

function reading(read: Buffer, templates: ResponseTemplates): () => number {
  const inFlight = new InFlight(1, RESPONSES, new Recorder())
  const verified = { byComparison: 0, byParser: 0 }
  const context = { requests, templates, inFlight, engine, keepsBodies: false, verified }
  const stream = new ResponseStream(context, 0)
  return () => {
    for (let i = 0; i < RESPONSES; i++) {
      inFlight.push(0, 0, 0, 0)
      stream.sent(0)
    }
    stream.accept(read, read.length, 1)
    return inFlight.total
  }
}

function caseOf(bodyBytes: number): Case {
  const one = `${HEAD}${bodyBytes}\r\n\r\n${'x'.repeat(bodyBytes)}`
  const read = Buffer.from(one.repeat(RESPONSES), 'latin1')
  return {
    input: `${bodyBytes} B bodies`,
    operations: RESPONSES,
    ways: [
      { name: 'the parser reads each', run: reading(read, new Forgetful(1)) },
      { name: 'compared with a template', run: reading(read, new ResponseTemplates(1)) },
    ],
  }
}

compare(`Verifying ${RESPONSES} responses of one read`, 'response', [caseOf(13), caseOf(1000)])
