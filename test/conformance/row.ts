/**
 * One requirement on a server, with the bytes that put it to the test. Rows know nothing of Calandria: the same ones
 * are played to other servers (`npm run conformance:peers`).
 */
export interface Row {
  /** `RFC 9112 §6.1`. */
  readonly section: string
  /** The requirement in a line, in our words. */
  readonly requirement: string
  readonly send: readonly Step[]
  /** The methods of the requests that are answered, where one of them is HEAD or CONNECT: a client must know. */
  readonly methods: readonly string[]
  /** What Calandria does, to the letter. */
  readonly expected: Outcome
  /** What it does instead when every byte is a read of its own: then a handler runs before what is wrong has come. */
  readonly bytewise?: Outcome
  /** What the llhttp engine does instead: a difference that the fuzzer's table explains. */
  readonly llhttp?: Outcome
  /** What else the RFC lets a server do. Other servers may do this or what is expected. */
  readonly allowed: readonly Outcome[]
}

/** The client goes on when the next head of a reply has come, interim or final. */
export const NEXT_REPLY = Symbol('next reply')
/** The client half-closes. */
export const HALF_CLOSE = Symbol('half-close')

/** Bytes, one character each, or something to do in between. */
export type Step = string | typeof NEXT_REPLY | typeof HALF_CLOSE

/** `error`: any 4xx or 5xx. */
export type StatusPattern = number | readonly number[] | 'error'

export interface ExpectedReply {
  readonly status: StatusPattern
  /** Fields it must have, and what their values must look like; names in lower case. */
  readonly has?: Readonly<Record<string, RegExp>>
  /** Fields that it must not have. */
  readonly lacks?: readonly string[]
  /** The body, whole; left out: any. */
  readonly body?: string | RegExp
  /** It may be missing. */
  readonly isOptional?: boolean
}

/** What the application must have understood of a request. */
export interface Understood {
  readonly method: string
  /** Path and query; the authority for CONNECT; `*`. */
  readonly target: string
  /** One character a byte; `null`: any. */
  readonly body: string | null
  /** Names in lower case; `null`: none. */
  readonly trailers: Readonly<Record<string, string>> | null | 'any'
  /** Some of the header fields, names in lower case; lines of one name joined with a comma; `null`: it isn't there. */
  readonly headers: Readonly<Record<string, string | null>>
}

/**
 * What becomes of the connection. `lives`: another request on it gets its reply; `closes`: it doesn't; `tunnel`: it
 * isn't HTTP any more, the application has it. `stalls`: the server waits for what the client has announced.
 */
export type Ending = 'lives' | 'closes' | 'tunnel' | 'stalls'

export interface Outcome {
  readonly replies: readonly ExpectedReply[]
  /** Every request that reached the application whole, in order, and none besides. */
  readonly handled: readonly Understood[]
  readonly then: Ending
  /** For a tunnel: what the client sent before the switch and the application has. */
  readonly tunnelled?: string
}

type Particulars = Partial<Pick<Understood, 'trailers' | 'headers'>>

/** @param line method and target, as `GET /` */
export function seen(line: string, body: string | null = '', particulars: Particulars = {}): Understood {
  const [method = '', target = ''] = line.split(' ')
  return { method, target, body, trailers: null, headers: {}, ...particulars }
}

/** The reply of the application to what it understood: 200, and the target as body. */
export const echo = ({ target }: Understood): ExpectedReply => ({ status: 200, body: target })

/** A request that stands behind a fault. It must not be answered, unless the RFC lets the fault pass. */
export const BEHIND = 'GET /behind HTTP/1.1\r\nHost: x\r\n\r\n'
const BEHIND_SEEN = seen('GET /behind')

/** The request is understood as `handled` and answered, and the connection lives. */
export function accepts(
  section: string,
  requirement: string,
  bytes: string,
  handled: Understood | readonly Understood[],
  more: Particular = {},
): Row {
  const all = 'method' in handled ? [handled] : handled
  const expected: Outcome = { replies: all.map(echo), handled: all, then: 'lives' }
  return { section, requirement, send: [bytes], methods: [], expected, allowed: [], ...more }
}

type Particular = Partial<Pick<Row, 'allowed' | 'methods' | 'bytewise' | 'llhttp'>>

export interface Tolerance {
  /** The status that the RFC names; left out: any error, and also none at all, for a server may close. */
  readonly answer?: StatusPattern
  /** There is no limit that a server must have: it may wait for all that was announced. */
  readonly waits?: boolean
  /** The message can be told from the next one, so the connection may go on. */
  readonly lives?: boolean
  /** The RFC lets a server read it like this instead. */
  readonly reading?: Understood | readonly Understood[]
  /** The RFC lets a server read it like this instead, if it closes afterwards. */
  readonly orClosing?: Understood
  /** The fault stands behind the last chunk, so a server may have answered when it finds it (RFC 9112 §8). */
  readonly afterLast?: Understood
  /** The fault shows only when the client ends, or in what follows: nothing is sent behind it. */
  readonly isLast?: boolean
}

/** The request is answered with `status`, the connection closes, and nothing behind it is read as a request. */
export function refuses(
  section: string,
  requirement: string,
  bytes: string,
  status = 400,
  { answer, lives = false, waits = false, reading, orClosing, afterLast, isLast = false }: Tolerance = {},
): Row {
  const allowed: Outcome[] = []
  const error: ExpectedReply = { status: answer ?? 'error' }
  const closed = (...replies: ExpectedReply[]): Outcome => ({ replies, handled: [], then: 'closes' })
  allowed.push(closed(error))
  if (answer === undefined) allowed.push(closed())
  if (waits) allowed.push({ replies: [], handled: [], then: 'stalls' })
  if (lives) {
    allowed.push(
      isLast
        ? { replies: [error], handled: [], then: 'lives' }
        : { replies: [error, echo(BEHIND_SEEN)], handled: [BEHIND_SEEN], then: 'lives' },
    )
  }
  if (reading !== undefined) {
    const read = ('method' in reading ? [reading] : [...reading]).concat(isLast ? [] : [BEHIND_SEEN])
    allowed.push({ replies: read.map(echo), handled: read, then: 'lives' })
  }
  if (orClosing !== undefined)
    allowed.push({ replies: [echo(orClosing)], handled: [orClosing], then: 'closes' })
  if (afterLast !== undefined) {
    const answered = echo(afterLast)
    allowed.push({ replies: [answered, error], handled: [afterLast], then: 'closes' })
    allowed.push({ replies: [answered], handled: [afterLast], then: 'closes' })
  }
  const expected = closed({ status, body: /^CAL_ERR_HTTP_[A-Z_]+: / })
  return { section, requirement, send: [isLast ? bytes : bytes + BEHIND], methods: [], expected, allowed }
}

/** Anything else. */
export function row(
  section: string,
  requirement: string,
  send: string | readonly Step[],
  expected: Outcome,
  more: Particular = {},
): Row {
  const steps = typeof send === 'string' ? [send] : send
  return { section, requirement, send: steps, methods: [], expected, allowed: [], ...more }
}

export const outcome = (
  replies: readonly (ExpectedReply | number)[],
  handled: readonly Understood[],
  then: Ending = 'lives',
): Outcome => ({
  replies: replies.map((reply) => (typeof reply === 'number' ? { status: reply } : reply)),
  handled,
  then,
})
