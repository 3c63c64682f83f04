import type { SeededRandom } from 'calandria/testing'

/** What a handler does with a request; its path says which. */
export const KINDS = [
  'text',
  'bytes',
  'head',
  'none',
  'turn',
  'later',
  'yield',
  'spend',
  'scope',
  'hints',
  'stream',
  'length',
  'source',
  'throw',
  'reject',
  'break',
  'close',
  'echo',
  'pipe',
  'ignore',
  'slow-body',
  'sip',
] as const
export type Kind = (typeof KINDS)[number]

/** Those that come with a body. */
export const WITH_BODY: readonly Kind[] = ['echo', 'pipe', 'ignore', 'slow-body', 'sip']

/** Those that may come in HTTP/1.0: without chunks and interim responses. */
const FOR_OLD: readonly Kind[] = ['text', 'bytes', 'head', 'none', 'turn', 'later', 'spend', 'length']

export interface RequestPlan {
  readonly kind: Kind
  /** Bytes of the reply, or of the request's body. */
  readonly size: number
  /** How long the handler takes, where it takes time. */
  readonly ms: number
  /** Sizes of the chunks in which the body comes; `null`: it has a length. */
  readonly chunks: readonly number[] | null
  /** Waits for `100 Continue`. */
  readonly expects: boolean
  /** Sends `Connection: close`, or in HTTP/1.0 nothing. */
  readonly asksClose: boolean
  /** Speaks HTTP/1.0, with `Connection: keep-alive`. */
  readonly isOld: boolean
}

const USUAL: readonly Kind[] = ['text', 'text', 'text', 'text', 'bytes', 'later', 'later', 'turn', 'echo']
/** What ends a connection is rare. */
const ENDING: readonly Kind[] = ['break', 'close']

export function planRequest(random: SeededRandom): RequestPlan {
  const usual = random.pick(KINDS)
  let kind: Kind = random.chance(0.5) ? random.pick(USUAL) : usual
  if (ENDING.includes(kind) && random.chance(0.7)) kind = 'text'
  // More than may wait for a handler, so that the client is held back and let go on, again and again.
  const isLong = kind === 'sip' && random.chance(0.5)
  const size = isLong ? random.between(200_000, 500_000) : planSize(random)
  const hasBody = WITH_BODY.includes(kind)
  return {
    kind,
    size,
    ms: kind === 'spend' ? random.pick([2, 5, 40]) : random.pick([0, 1, 2, 7, 50, 300]),
    chunks: hasBody && random.chance(0.5) ? planChunks(random, size) : null,
    expects: hasBody && size > 0 && random.chance(0.2),
    asksClose: random.chance(0.02),
    isOld: FOR_OLD.includes(kind) && random.chance(0.06),
  }
}

function planSize(random: SeededRandom): number {
  const magnitude = random.fraction()
  if (magnitude < 0.1) return 0
  if (magnitude < 0.8) return random.between(1, 600)
  if (magnitude < 0.97) return random.between(600, 20_000)
  return random.between(60_000, 250_000)
}

function planChunks(random: SeededRandom, size: number): number[] {
  const chunks: number[] = []
  for (let left = size; left > 0;) {
    const chunk = random.chance(0.2) ? 1 : random.between(1, left)
    chunks.push(chunk)
    left -= chunk
  }
  return chunks
}
