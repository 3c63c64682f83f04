import type { Delivery } from './byte-client.js'
import type { Handled } from './handled.js'
import type { Observed } from './observe.js'
import type { Reply } from './reply-stream.js'
import {
  type ExpectedReply,
  HALF_CLOSE,
  type Outcome,
  type Row,
  type StatusPattern,
  type Understood,
} from './row.js'

/** @returns what is not as Calandria must do it: nothing, if all is well */
export function differencesFromExpected(
  row: Row,
  observed: Observed,
  engine: string,
  delivery: Delivery,
): string[] {
  const special =
    (engine === 'llhttp' ? row.llhttp : undefined) ?? (delivery === 'bytes' ? row.bytewise : undefined)
  const differences = compare(special ?? row.expected, observed)
  const last = observed.replies.at(-1)
  // RFC 9112 §9.6: who closes should say so in the last reply, unless the reply left before there was a reason.
  const mustSayClose =
    row.expected.then === 'closes' && special === undefined && !row.send.includes(HALF_CLOSE)
  if (mustSayClose && last !== undefined && last.headers.get('connection') !== 'close')
    differences.push('the last reply does not say Connection: close')
  return differences
}

/** @returns whether the RFC lets a server do this */
export function isAllowed(row: Row, observed: Observed): boolean {
  const peaceful = observed.ending === 'resets' ? { ...observed, ending: 'closes' as const } : observed
  return [row.expected, ...row.allowed].some(
    (outcome) => compare(withoutCodes(outcome), peaceful).length === 0,
  )
}

/** @returns what a server did that the RFC does not let it do, in a line */
export function describe(row: Row, observed: Observed): string {
  const statuses = observed.replies.map(({ status }) => status).join(', ')
  const handled = observed.handled
    .filter(({ isComplete }) => isComplete)
    .map(({ method, target }) => `${method} ${shortened(target)}`)
    .join(', ')
  const isAsExpected = compareReplies(withoutCodes(row.expected).replies, observed.replies).length === 0
  return [
    statuses === '' ? 'no reply' : `replies: ${statuses}`,
    handled === '' ? 'handled nothing' : `handled ${handled}`,
    `${observed.ending}${observed.detail === '' ? '' : ` (${observed.detail})`}`,
    ...(observed.hasWaitedInVain ? ['the client waited for a reply in vain'] : []),
    ...(isAsExpected ? compareHandled(row.expected.handled, observed.handled) : []),
    ...(statuses === row.expected.replies.map(({ status }) => String(status)).join(', ')
      ? compareReplies(withoutCodes(row.expected).replies, observed.replies)
      : []),
  ].join('; ')
}

/** Error bodies and their codes are ours alone. */
function withoutCodes(outcome: Outcome): Outcome {
  const replies = outcome.replies.map(({ body, ...reply }) =>
    body instanceof RegExp || body === undefined ? reply : { ...reply, body },
  )
  return { ...outcome, replies }
}

function compare(outcome: Outcome, observed: Observed): string[] {
  return [
    ...compareReplies(outcome.replies, observed.replies),
    ...(observed.hasWaitedInVain ? ['the client waited for a reply in vain'] : []),
    ...compareHandled(outcome.handled, observed.handled),
    ...(outcome.then === observed.ending
      ? []
      : [`the connection ${observed.ending} ${observed.detail}, and not: ${outcome.then}`]),
    ...((outcome.tunnelled ?? '') === observed.tunnelled
      ? []
      : [`tunnelled: ${JSON.stringify(observed.tunnelled)}`]),
  ]
}

function compareReplies(expected: readonly ExpectedReply[], actual: readonly Reply[]): string[] {
  const differences: string[] = []
  let next = 0
  for (const [i, pattern] of expected.entries()) {
    const reply = actual[next]
    const isThere = reply !== undefined && hasStatus(pattern.status, reply.status)
    if (!isThere && pattern.isOptional === true) continue
    next++
    if (reply === undefined) differences.push(`reply ${i + 1} is missing: ${String(pattern.status)}`)
    else if (!isThere)
      differences.push(`reply ${i + 1} has status ${reply.status}, not ${String(pattern.status)}`)
    else differences.push(...compareReply(pattern, reply).map((what) => `reply ${i + 1}: ${what}`))
  }
  for (const reply of actual.slice(next)) differences.push(`one reply more than expected: ${reply.status}`)
  return differences
}

function compareReply({ has = {}, lacks = [], body }: ExpectedReply, reply: Reply): string[] {
  const differences: string[] = []
  for (const [name, pattern] of Object.entries(has)) {
    const value = reply.headers.get(name)
    if (value === undefined || !pattern.test(value)) differences.push(`${name}: ${value ?? 'missing'}`)
  }
  for (const name of lacks) {
    if (reply.headers.has(name))
      differences.push(`${name} must not be there: ${reply.headers.get(name) ?? ''}`)
  }
  const isBodyRight =
    body === undefined || (body instanceof RegExp ? body.test(reply.body) : body === reply.body)
  if (!isBodyRight) differences.push(`the body is ${shortened(reply.body)}`)
  return differences
}

function compareHandled(expected: readonly Understood[], actual: readonly Handled[]): string[] {
  const complete = actual.filter(({ isComplete }) => isComplete)
  const differences: string[] = []
  for (const [i, request] of expected.entries()) {
    const handled = complete[i]
    if (handled === undefined) differences.push(`not handled: ${request.method} ${shortened(request.target)}`)
    else differences.push(...compareRequest(request, handled))
  }
  for (const { method, target } of complete.slice(expected.length)) {
    differences.push(`handled, too: ${method} ${shortened(target)}`)
  }
  // A request whose body breaks off may have begun; nothing behind it may.
  const begun = actual.length - complete.length
  const smuggled = actual.find(({ target, isComplete }) => !isComplete && /smuggled|behind/.test(target))
  if (begun > 1 || smuggled !== undefined) differences.push('more than one request began and did not end')
  return differences
}

function compareRequest(
  expected: Understood,
  { method, target, body, trailers, headers }: Handled,
): string[] {
  const differences: string[] = []
  if (method !== expected.method) differences.push(`understood the method ${method}, not ${expected.method}`)
  if (target !== expected.target)
    differences.push(`understood the target ${shortened(target)}, not ${shortened(expected.target)}`)
  if (expected.body !== null && body !== expected.body)
    differences.push(`understood the body ${shortened(body ?? 'none')}, not ${shortened(expected.body)}`)
  if (
    trailers !== undefined &&
    expected.trailers !== 'any' &&
    canonical(trailers) !== canonical(expected.trailers)
  )
    differences.push(`understood the trailers ${canonical(trailers)}, not ${canonical(expected.trailers)}`)
  for (const [name, value] of Object.entries(expected.headers)) {
    const actual = headers[name] ?? null
    if (actual !== value)
      differences.push(`understood ${name}: ${actual ?? 'nothing'}, not ${value ?? 'nothing'}`)
  }
  return differences
}

/** Whether there were trailers but none in them, or none at all, is all the same. */
function canonical(trailers: Readonly<Record<string, string>> | null): string {
  return JSON.stringify(Object.entries(trailers ?? {}).sort())
}

function hasStatus(pattern: StatusPattern, status: number): boolean {
  if (pattern === 'error') return status >= 400 && status <= 599
  return typeof pattern === 'number' ? status === pattern : pattern.includes(status)
}

function shortened(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}… (${text.length})` : text)
}
