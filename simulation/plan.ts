import type { LinkOptions, SeededRandom } from 'calandria/testing'
import { planRequest, type RequestPlan } from './request-plan.js'

/** How a client ends its connection. */
export type Ending =
  /** When it has all replies. */
  | 'close'
  /** Right behind its last request; it reads all replies. */
  | 'half-close'
  /** Not at all: the server's patience ends it. */
  | 'wait'
  /** By a reset, at some moment. */
  | 'abort'
  /** At some moment, with replies under way. */
  | 'leave'
  /** Behind its last request comes what is no request. */
  | 'garbage'
  /** Behind its last request comes the beginning of another, and the end. */
  | 'cut-head'
  /** The same in the middle of a body. */
  | 'cut-body'
  /** Behind its last request comes the beginning of another, and then nothing. */
  | 'fall-silent'

export type Reader = 'fast' | 'slow' | 'dead'

/** Requests that are sent together, cut into pieces. */
export interface Burst {
  readonly requests: readonly RequestPlan[]
  /** Before it is sent. */
  readonly pauseMs: number
  /** Where its bytes are cut, as fractions of them, in order; between two pieces passes some time. */
  readonly cuts: readonly number[]
  readonly gapMs: number
  /** Its last request is begun, and goes on when all before it are answered. */
  readonly holdsPartial: boolean
  /** Whether its replies are waited for before the next one. */
  readonly waits: boolean
}

export interface ClientPlan {
  readonly startMs: number
  readonly link: LinkOptions
  readonly reader: Reader
  readonly bursts: readonly Burst[]
  readonly ending: Ending
  /** For the endings that come at some moment. */
  readonly endsAtMs: number
  /** Requests of one kind at once on a perfect link: what else than right replies is expected. */
  readonly shows: 'one-write' | 'side-by-side' | null
}

export interface ServerPlan {
  readonly flush: 'end-of-read' | 'end-of-turn' | 'per-response'
  readonly inFlight: number
  readonly requestsPerConnection: number
  readonly discardBytes: number
  /** Its time-outs are so short that they strike in the middle of everything. */
  readonly isImpatient: boolean
}

export interface Plan {
  readonly server: ServerPlan
  readonly clients: readonly ClientPlan[]
  /** When the server is closed; `null`: at the end. */
  readonly closing: { readonly atMs: number; readonly drainMs: number } | null
  /** A partition between the server and the clients with this link. */
  readonly partitions: readonly { readonly client: number; readonly atMs: number; readonly forMs: number }[]
}

/** Everything that a seed decides beforehand. What is slow, wrong or hostile is rare enough to leave the rest of it running. */
export function makePlan(random: SeededRandom): Plan {
  const server: ServerPlan = {
    flush: random.pick([
      'end-of-read',
      'end-of-read',
      'end-of-read',
      'end-of-read',
      'end-of-turn',
      'per-response',
    ]),
    inFlight: random.pick([1, 2, 8, 256, 256, 256]),
    requestsPerConnection: random.chance(0.15) ? random.between(1, 20) : Infinity,
    discardBytes: random.pick([1000, 262_144]),
    isImpatient: random.chance(0.12),
  }
  const isClosing = random.chance(0.35)
  const planned = Array.from({ length: random.between(1, 6) }, () => planClient(random, isClosing))
  const clients = server.isImpatient ? planned.map(withoutHead) : planned
  return {
    server,
    clients,
    closing: isClosing
      ? { atMs: random.between(0, 600), drainMs: random.pick([0, 20, 500, 60_000, 60_000]) }
      : null,
    partitions: random.chance(0.25)
      ? [
          {
            client: random.below(clients.length),
            atMs: random.between(0, 300),
            forMs: random.between(1, 3000),
          },
        ]
      : [],
  }
}

/** Who cuts the head of a HEAD gets a 408 with a body, since nobody knows what was asked for. */
function withoutHead(client: ClientPlan): ClientPlan {
  const bursts = client.bursts.map((burst) => ({
    ...burst,
    requests: burst.requests.map((request) =>
      request.kind === 'head' ? { ...request, kind: 'none' as const } : request,
    ),
  }))
  return { ...client, bursts }
}

const ENDINGS: readonly Ending[] = [
  'close',
  'close',
  'close',
  'half-close',
  'half-close',
  'wait',
  'abort',
  'leave',
  'garbage',
  'cut-head',
  'cut-body',
  'fall-silent',
]

function planClient(random: SeededRandom, isClosing: boolean): ClientPlan {
  if (random.chance(0.12)) return planUniform(random)
  const isGreedy = random.chance(0.06)
  const reader: Reader = isGreedy ? random.pick(['dead', 'slow']) : random.pick(READERS)
  const bursts = isGreedy ? [greedyBurst(random)] : planBursts(random)
  // Where the server closes, clients are of interest that leave it to the server, with something under way.
  const leavesIt = isClosing && random.chance(0.3)
  if (leavesIt) bursts.push(lastingBurst(random))
  return {
    startMs: random.chance(0.5) ? 0 : random.between(0, 200),
    link: planLink(random),
    reader,
    bursts,
    ending: reader === 'dead' || leavesIt ? 'wait' : random.pick(ENDINGS),
    endsAtMs: random.between(0, 500),
    shows: null,
  }
}

const READERS: readonly Reader[] = [...new Array<Reader>(17).fill('fast'), 'slow', 'slow', 'dead']

/** Many small requests of one kind. */
function planUniform(random: SeededRandom): ClientPlan {
  const shows = random.pick(['one-write', 'one-write', 'side-by-side'] as const)
  const requests = Array.from({ length: random.between(2, 40) }, () => ({
    ...planRequest(random),
    kind: shows === 'one-write' ? ('text' as const) : ('later' as const),
    size: random.between(0, 200),
    chunks: null,
    expects: false,
    asksClose: false,
  }))
  const burst = {
    requests,
    pauseMs: random.between(0, 100),
    cuts: [],
    gapMs: 0,
    holdsPartial: false,
    waits: true,
  }
  return { startMs: 0, link: {}, reader: 'fast', bursts: [burst], ending: 'close', endsAtMs: 0, shows }
}

/** Asks for far more than it reads. */
function greedyBurst(random: SeededRandom): Burst {
  const size = random.between(10_000, 60_000)
  const requests: RequestPlan[] = Array.from({ length: random.between(60, 200) }, () => ({
    ...planRequest(random),
    kind: random.pick(['text', 'bytes'] as const),
    size,
    asksClose: false,
  }))
  // All that is behind it is ready before it, and must not be held without bound.
  const [first] = requests
  if (first !== undefined && random.chance(0.5))
    requests[0] = { ...first, kind: 'later', size: 10, ms: 300, isOld: false }
  return { requests, pauseMs: 0, cuts: [], gapMs: 0, holdsPartial: false, waits: true }
}

/** One request whose reply is under way for a while. */
function lastingBurst(random: SeededRandom): Burst {
  const kind = random.pick(['stream', 'length', 'later'] as const)
  const plan = { kind, size: 700, ms: 300, chunks: null, expects: false, asksClose: false, isOld: false }
  return { requests: [plan], pauseMs: 0, cuts: [], gapMs: 0, holdsPartial: false, waits: true }
}

function planBursts(random: SeededRandom): Burst[] {
  const depth = random.pick([1, 1, 3, 8, 24])
  return Array.from({ length: random.between(1, 4) }, () => {
    const requests = Array.from({ length: random.between(1, depth) }, () => planRequest(random))
    // A client that waits for 100 sends nothing behind that request.
    const last = requests.findIndex(({ expects }) => expects)
    const isCut = random.chance(0.4)
    return {
      requests: last === -1 ? requests : requests.slice(0, last + 1),
      pauseMs: random.chance(0.5) ? 0 : random.between(0, 60),
      cuts: isCut
        ? Array.from({ length: random.between(1, 6) }, () => random.fraction()).sort(ascending)
        : [],
      gapMs: random.pick([0, 1, 1, 10]),
      holdsPartial: random.chance(0.25),
      waits: random.chance(0.6),
    }
  })
}

function ascending(a: number, b: number): number {
  return a - b
}

function planLink(random: SeededRandom): LinkOptions {
  if (random.chance(0.2)) return {}
  return {
    latencyMs: random.pick([0, 1, 5, 40]),
    jitterMs: random.pick([0, 0, 3, 30]),
    bytesPerSecond: random.pick([Infinity, Infinity, 10_000_000, 300_000]),
    segmentBytes: random.pick([65_536, 65_536, 1460, 16_384]),
    fragments: random.chance(0.3),
    shortWrites: random.pick([0, 0, 0.3]),
    reorders: random.pick([0, 0.2]),
    sendBufferBytes: random.pick([65_536, 4096, 200_000]),
    receiveWindowBytes: random.pick([65_536, 3000, 200_000]),
    highWaterMark: random.pick([65_536, 65_536, 1000]),
  }
}
