import type { Reply } from 'calandria/testing'
import type { Conversation } from './conversation.js'
import type { Exchange } from './exchange.js'
import type { Ledger } from './ledger.js'
import type { Plan } from './plan.js'

/** Longer than any handler, and than a connection lingers. */
const PATIENCE_MS = 15_000

/** What else has happened in a world, by which an ending may be explained. */
export interface Circumstances {
  readonly plan: Plan
  /** Whether the server was closing when the connection ended. */
  readonly isClosing: boolean
  /** Since when; `Infinity` when it was not. */
  readonly closedAt: number
  /** When the connection ended. */
  readonly endedAt: number
  /** Whether replies that were owed were given up when the server's patience was over. */
  readonly drainFailed: boolean
  /** Whether its link was cut for a while. */
  readonly wasCut: boolean
  /** Whether a time-out of the server has struck anybody. */
  readonly timeoutsStruck: boolean
  /** Whether the loop was held, so that a read was dispatched in parts. */
  readonly slicesUsedUp: boolean
  /** How long handlers have held the loop, all together. */
  readonly spentMs: number
}

/**
 * Whether one conversation went as it must: every reply right and in order, one for each request, or an end that is
 * explained. @returns what was wrong
 */
export function judge(conversation: Conversation, ledger: Ledger, circumstances: Circumstances): string[] {
  const { exchanges, replies, spoilt } = conversation
  const faults: string[] = []
  for (const [at, reply] of replies.entries()) {
    const exchange = exchanges[at]
    if (isRefusal(reply)) faults.push(...judgeRefusal(reply, conversation, circumstances, at))
    else if (exchange === undefined) faults.push(`reply ${at} belongs to no request`)
    else faults.push(...judgeReply(reply, exchange))
    const closes = reply.headers.get('connection') === 'close'
    if (closes && !mayClose(reply, exchange, circumstances, at))
      faults.push(`reply ${at} closes without a reason`)
    if (!closes && mustClose(exchange, circumstances.plan, at)) faults.push(`reply ${at} does not close`)
    if (closes && at < replies.length - 1) faults.push(`a reply comes behind reply ${at}, which closes`)
  }
  const isRefusalDue = spoilt !== null && spoilt !== 'cut-head'
  const due = exchanges.length + (isRefusalDue && spoilt !== 'cut-body' ? 1 : 0)
  if (replies.length < due) {
    const why = explain(conversation, ledger, circumstances)
    if (why !== null) faults.push(`${due} replies were due, and ${replies.length} came: ${why}`)
  }
  faults.push(...judgeClosing(conversation, circumstances))
  const { shows } = conversation.plan
  if (faults.length > 0 || exchanges.length === 0 || replies.length < exchanges.length) return faults
  if (shows === 'one-write') return judgeWrites(conversation, ledger, circumstances)
  return shows === 'side-by-side' ? judgeTime(conversation, circumstances) : []
}

/** An answer of the server itself to what could not be served. */
function isRefusal({ status, headers }: Reply): boolean {
  return status >= 400 && headers.get('x-id') === undefined && status !== 500
}

function judgeRefusal(
  reply: Reply,
  { spoilt, exchanges }: Conversation,
  { plan }: Circumstances,
  at: number,
): string[] {
  if (reply.status === 408 && plan.server.isImpatient) return []
  const wanted = { garbage: 400, 'cut-body': 400, 'fall-silent': 408, 'cut-head': 0 }
  const isInPlace = at === exchanges.length - (spoilt === 'cut-body' ? 1 : 0)
  if (spoilt !== null && isInPlace && reply.status === wanted[spoilt]) return []
  return [`reply ${at} is ${reply.status}: ${reply.body.toString().trim()}`]
}

function judgeReply(reply: Reply, exchange: Exchange): string[] {
  const { status, body, headers, interim } = reply
  const { plan, index } = exchange
  const what = `reply ${index} to ${exchange.target}`
  if (status !== exchange.status) return [`${what} has the status ${status}`]
  const faults: string[] = []
  const keeps = headers.get('connection') === 'keep-alive'
  if (keeps && !plan.isOld) faults.push(`${what} is kept alive as in HTTP/1.0`)
  const id = headers.get('x-id')
  if (status !== 500 && !id?.endsWith(`-${index}`)) faults.push(`${what} is the one to ${String(id)}`)
  if (!body.equals(exchange.reply))
    faults.push(`${what} has another body: ${body.length} bytes of ${exchange.reply.length}`)
  if (plan.kind === 'head' && headers.get('content-length') !== String(plan.size))
    faults.push(`${what} tells the length ${String(headers.get('content-length'))}`)
  const allowed = plan.kind === 'hints' ? [103] : plan.expects ? [100] : []
  if (interim.some((each) => !allowed.includes(each)) || interim.length > 1)
    faults.push(`${what} has the interim responses ${interim.join()}`)
  if (plan.kind === 'hints' && interim.length === 0) faults.push(`${what} has no hints before it`)
  return faults
}

function mustClose(exchange: Exchange | undefined, { server }: Plan, at: number): boolean {
  if (exchange === undefined || at + 1 === server.requestsPerConnection) return true
  return exchange.plan.asksClose || exchange.plan.kind === 'close'
}

function mayClose(
  reply: Reply,
  exchange: Exchange | undefined,
  { plan, isClosing }: Circumstances,
  at: number,
): boolean {
  if (isClosing || isRefusal(reply) || mustClose(exchange, plan, at)) return true
  const { kind, size, expects } = (exchange as Exchange).plan
  // Too much of a body that nobody reads, or one that is not sent because nobody asked for it.
  return kind === 'ignore' && (expects || size > plan.server.discardBytes)
}

/** @returns `null` when the connection had a reason to end before all was answered; else what is wrong about it */
function explain(conversation: Conversation, ledger: Ledger, circumstances: Circumstances): string | null {
  const { replies, error, hasLeft, plan, spoilt } = conversation
  const { isClosing, drainFailed, timeoutsStruck, wasCut } = circumstances
  // Who reads nothing can miss nothing.
  if (hasLeft || ledger.hasBroken || plan.reader === 'dead') return null
  const mayTimeOut =
    plan.ending === 'wait' || spoilt === 'fall-silent' || circumstances.plan.server.isImpatient
  if (mayTimeOut && timeoutsStruck) return null
  // It doesn't linger for long either; but who gets less than was sent must see that.
  if (error !== null && circumstances.plan.server.isImpatient) return null
  const hasClosed = replies.at(-1)?.headers.get('connection') === 'close'
  // A server that has ended its side waits for a while. Who then is late, or still sends, is reset.
  const isLate = plan.reader !== 'fast' || wasCut
  if (error !== null && isLate && (hasClosed || isClosing || wasToClose(conversation, circumstances)))
    return null
  if (hasClosed || wasTooMuch(conversation, circumstances.plan)) return null
  if (isClosing && (drainFailed || replies.length >= ledger.called)) return null
  return `${error?.message ?? 'it ended in peace'}, ${ledger.called} requests had reached a handler`
}

/** Whether some request was to be the last. */
function wasToClose({ exchanges }: Conversation, { plan }: Circumstances): boolean {
  return exchanges.some((exchange, at) => mustClose(exchange, plan, at))
}

/** Whether more of an unread body came than is discarded. Of chunks that isn't known when the reply leaves. */
function wasTooMuch({ exchanges, replies }: Conversation, { server }: Plan): boolean {
  const last = exchanges[replies.length - 1]?.plan
  return last?.kind === 'ignore' && last.chunks !== null && last.size > server.discardBytes
}

/** A server that closes lets go of a connection as soon as nothing is owed; nobody need wait for a time-out. */
function judgeClosing({ plan, spoilt, lastReplyAt }: Conversation, circumstances: Circumstances): string[] {
  const { closedAt, endedAt, wasCut } = circumstances
  const keptMs = endedAt - Math.max(closedAt, lastReplyAt)
  const takesLong = plan.reader !== 'fast' || spoilt === 'fall-silent' || wasCut
  return takesLong || keptMs < PATIENCE_MS ? [] : [`the closing server kept the connection for ${keptMs} ms`]
}

/** Handlers that wait run side by side: all together take as long as the one that takes longest. */
function judgeTime({ exchanges, answeredInMs }: Conversation, circumstances: Circumstances): string[] {
  const { plan, wasCut, spentMs } = circumstances
  if (wasCut || plan.server.inFlight < exchanges.length) return []
  const longest = Math.max(...exchanges.map((exchange) => exchange.plan.ms))
  if (answeredInMs <= longest + spentMs + 5) return []
  return [`${exchanges.length} handlers took ${answeredInMs} ms, and the longest ${longest} ms`]
}

/** What one read has made ready leaves in one write. */
function judgeWrites({ exchanges }: Conversation, ledger: Ledger, circumstances: Circumstances): string[] {
  const { plan, slicesUsedUp } = circumstances
  const writes = ledger.serverEnd?.writes ?? 0
  if (plan.server.flush === 'per-response' || slicesUsedUp || writes <= 1) return []
  return [`${exchanges.length} replies to one read left in ${writes} writes`]
}
