import { type Socket } from 'node:net'

/**
 * The answers of a server that doesn't parse: it knows how long one request is and counts bytes.
 * No server on node:net can do less work and still answer, so every other subject is compared with it.
 *
 * The length is learnt from the first read of the process, which is the harness's check with one request.
 */
export class BlindAnswers {
  #requestBytes = 0
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
    if (this.#requestBytes === 0) this.#requestBytes = unansweredBytes
    const count = Math.trunc(unansweredBytes / this.#requestBytes)
    if (count > 0) socket.write((this.#joined[count] ??= join(count)), 'latin1')
    return unansweredBytes - count * this.#requestBytes
  }
}

/** As long as Calandria's answer, so that the kernel copies the same number of bytes for both. */
function join(count: number): string {
  const date = new Date().toUTCString()
  const answer = `HTTP/1.1 200 OK\r\nDate: ${date}\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!`
  return answer.repeat(count)
}
