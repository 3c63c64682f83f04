import { once } from 'node:events'
import { connect } from 'node:net'
import { type Answer, readAnswer } from './answer.js'
import { type Ask, type Place, wireForm } from './ask.js'

const patienceMs = 5000

export interface Checked {
  /** Bodies as they came. JSON may be spaced in more than one way. */
  readonly bodies: readonly string[]
  /** Of the first answer, head included. */
  readonly answerBytes: number
  readonly areOfOneLength: boolean
}

/**
 * Sends all requests in one packet and judges the answers. A server that answers wrongly is often fast.
 * @param model an answer of a server of which nobody knows what it should say
 * @throws when a status, a type, a body, the order or the number of answers is wrong
 */
export async function checkAnswers(place: Place, asks: readonly Ask[], model?: Answer): Promise<Checked> {
  const received = await receive(place, asks, patienceMs)
  const bodies: string[] = []
  const lengths = new Set<number>()
  let from = 0
  for (const [i, ask] of asks.entries()) {
    const wrong = (what: string) =>
      new Error(
        `${asks.length} in one packet, answer ${i + 1}: ${what} in ${JSON.stringify(received.slice(from, from + 500))}`,
      )
    const answer = readAnswer(received, from)
    if (answer === undefined) throw wrong(`nothing whole after ${patienceMs} ms`)
    const complaint = judge(answer, ask, model)
    if (complaint !== undefined) throw wrong(complaint)
    bodies.push(answer.body)
    lengths.add(answer.end - from)
    from = answer.end
  }
  if (from !== received.length) throw new Error('it sent more bytes than were asked for')
  return { bodies, answerBytes: [...lengths][0]!, areOfOneLength: lengths.size === 1 }
}

/** @returns undefined when nobody listens there, or no whole answer comes */
export async function firstAnswer(place: Place, ask: Ask): Promise<Answer | undefined> {
  try {
    return readAnswer(await receive(place, [ask], patienceMs), 0)
  } catch {
    return undefined // it isn't up; whoever waits knows how long to wait
  }
}

function judge(answer: Answer, { reply }: Ask, model: Answer | undefined): string | undefined {
  if (answer.status !== 200) return 'a status other than 200'
  if (model !== undefined) {
    return answer.body.length === model.body.length ? undefined : 'another length than at first'
  }
  const type = /\r\ncontent-type: *([^;\r]*)/i.exec(answer.head)?.[1]
  if (type?.toLowerCase() !== reply.type) return `no ${reply.type}`
  return normal(answer.body, reply.type) === normal(reply.body, reply.type) ? undefined : 'a wrong body'
}

function normal(body: string, type: string): string {
  if (type !== 'application/json') return body
  try {
    return JSON.stringify(JSON.parse(body))
  } catch {
    return body
  }
}

/** @returns what has come when all answers are whole, the server has ended, or patience has */
async function receive({ host, port }: Place, asks: readonly Ask[], withinMs: number): Promise<string> {
  const socket = connect(port, host)
  const timeout = AbortSignal.timeout(withinMs)
  let received = ''
  let whole = 0
  let at = 0
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    for (let answer = readAnswer(received, at); answer !== undefined; answer = readAnswer(received, at)) {
      at = answer.end
      whole++
    }
  })
  const ended = new AbortController()
  socket.once('end', () => ended.abort())
  try {
    await once(socket, 'connect', { signal: timeout })
    socket.write(asks.map((ask) => wireForm(ask, { host, port })).join(''), 'latin1')
    const signal = AbortSignal.any([timeout, ended.signal])
    while (whole < asks.length) await once(socket, 'data', { signal })
  } catch (error) {
    // too few answers are judged by the caller, who shows them
    if (!timeout.aborted && !ended.signal.aborted) throw error
  } finally {
    socket.destroy()
  }
  return received
}
