import { type Socket } from 'node:net'
import { act, HELLO, KILOBYTE, message, TEN_KILOBYTES } from './acts.js'

/** What can be answered without a look at the request. */
const answers: Readonly<Record<string, readonly [type: string, body: string]>> = {
  hello: ['text/plain', HELLO],
  kilobyte: ['text/plain', KILOBYTE],
  tenKilobytes: ['text/plain', TEN_KILOBYTES],
  json: ['application/json', JSON.stringify(message())],
}

const [type, body] = answers[act]!
/** All requests are of this length. */
const requestBytes = Number(process.env['REQUEST_BYTES'])

/**
 * The answers of a server that doesn't parse: it knows how long one request is and counts bytes.
 * No server on node:net can do less work and still answer, so every other subject is compared with it.
 */
export class BlindAnswers {
  /** By number of answers; emptied every second, when Date changes. */
  readonly #joined: (string | undefined)[] = []

  constructor() {
    setInterval(() => (this.#joined.length = 0), 1000).unref()
  }

  /**
   * Answers all complete requests among the unanswered bytes of a connection in one write.
   * @returns how many bytes of a partial request remain
   */
  write(socket: Socket, unansweredBytes: number): number {
    const count = Math.trunc(unansweredBytes / requestBytes)
    if (count > 0) socket.write((this.#joined[count] ??= join(count)), 'latin1')
    return unansweredBytes - count * requestBytes
  }
}

/** As long as Calandria's answer, so that the kernel copies the same number of bytes for both. */
function join(count: number): string {
  const date = new Date().toUTCString()
  const answer = `HTTP/1.1 200 OK\r\nDate: ${date}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  return answer.repeat(count)
}
