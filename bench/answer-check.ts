import { once } from 'node:events'
import { connect } from 'node:net'
import { type SubjectProcess } from './subject-process.js'

const expectedBody = 'Hello, World!'
const patienceMs = 5000

/**
 * Asks a subject once and then sixteen times in one packet. A server that answers wrongly is often fast.
 * The floor learns the length of a request from the first of these.
 * @returns the length of one answer in bytes
 * @throws when a status, a body or the number of answers is wrong
 */
export async function checkAnswers(subject: SubjectProcess, request: string): Promise<number> {
  const answerBytes = await check(subject, request, 1)
  await check(subject, request, 16)
  return answerBytes
}

async function check(subject: SubjectProcess, request: string, count: number): Promise<number> {
  const received = await answersTo(subject, request, count)
  const wrong = (what: string) =>
    new Error(
      `subject ${subject.name}, ${count} pipelined: ${what} in\n${JSON.stringify(received.slice(0, 1000))}`,
    )

  let from = 0
  for (let i = 0; i < count; i++) {
    const answer = oneAnswer(received, from)
    if (answer === undefined) throw wrong(`only ${i} whole answers after ${patienceMs} ms`)
    if (!answer.head.startsWith('HTTP/1.1 200 ')) throw wrong('a status other than 200')
    if (!/\r\ndate: \w{3}, \d\d /i.test(answer.head)) throw wrong('no Date')
    if (!/\r\ncontent-type: text\/plain/i.test(answer.head)) throw wrong('no text/plain')
    if (answer.body !== expectedBody) throw wrong('a wrong body')
    from = answer.end
  }
  if (from !== received.length) throw wrong('more bytes than were asked for')
  // loads count answers by their length
  if (from % count !== 0 || oneAnswer(received, 0)?.end !== from / count)
    throw wrong('answers of different lengths')
  return from / count
}

async function answersTo(subject: SubjectProcess, request: string, count: number): Promise<string> {
  const socket = connect(subject.port, '127.0.0.1')
  const timeout = AbortSignal.timeout(patienceMs)
  let received = ''
  socket.on('data', (chunk) => (received += chunk.toString('latin1')))
  socket.write(request.repeat(count), 'latin1')
  try {
    while (answersIn(received) < count) await once(socket, 'data', { signal: timeout })
  } catch (error) {
    if (!timeout.aborted) throw error // too few answers are judged by the caller, who shows them
  } finally {
    socket.destroy()
  }
  return received
}

function answersIn(received: string): number {
  let count = 0
  for (let answer = oneAnswer(received, 0); answer !== undefined; answer = oneAnswer(received, answer.end))
    count++
  return count
}

function oneAnswer(received: string, from: number): { head: string; body: string; end: number } | undefined {
  const headEnd = received.indexOf('\r\n\r\n', from)
  if (headEnd === -1) return undefined
  const head = received.slice(from, headEnd)
  const bodyBytes = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1])
  const end = headEnd + 4 + bodyBytes
  if (!(end <= received.length)) return undefined
  return { head, body: received.slice(headEnd + 4, end), end }
}
