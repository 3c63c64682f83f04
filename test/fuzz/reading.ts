/** A request as a parser understood it; bytes are text, one character each. */
export interface ReadRequest {
  readonly method: string
  readonly target: string
  readonly minor: number
  /** `name: value`, the name in lower case, in the order of the lines. */
  readonly fields: readonly string[]
  readonly body: string
  readonly trailers: readonly string[]
}

/** What a parser made of a stream of bytes. */
export interface Reading {
  /** Those that are complete. */
  readonly requests: readonly ReadRequest[]
  /** Of ours: one whose head was accepted, and whose body is still on its way; `body` is empty. */
  readonly open?: ReadRequest
  /** How it ended. */
  readonly ending: Ending
}

export type Ending =
  /** It wants more bytes. */
  | { readonly kind: 'waits'; readonly isMidRequest: boolean }
  | { readonly kind: 'refused'; readonly code: string }
  /** The last request was the last one of the connection; what follows is not read. */
  | { readonly kind: 'closed' }
  /** Behind a CONNECT come bytes that are no HTTP. */
  | { readonly kind: 'tunnel'; readonly bytes: string }

export const endingText = (ending: Ending): string =>
  ending.kind === 'refused' ? `refused (${ending.code})` : ending.kind

/**
 * What is wrong between two readings of the same bytes: we accepted what llhttp refused, or both understood them
 * differently. `null`: nothing. That we refuse what llhttp accepts is right.
 */
export function difference(ours: Reading, theirs: Reading): string | null {
  for (let i = 0; i < ours.requests.length; i++) {
    const mine = ours.requests[i] as ReadRequest
    const other = theirs.requests[i]
    if (other === undefined) return `we accept request ${i}, llhttp ${endingText(theirs.ending)}`
    for (const part of ['method', 'target', 'minor', 'fields', 'body', 'trailers'] as const) {
      if (String(mine[part]) !== String(other[part])) return `${part} of request ${i}`
    }
  }
  if (ours.ending.kind === 'refused') return null
  if (theirs.requests.length > ours.requests.length)
    return `llhttp accepts request ${ours.requests.length}, we ${endingText(ours.ending)}`
  return differentEnding(ours, theirs)
}

function differentEnding({ ending: ours, open }: Reading, { ending: theirs }: Reading): string | null {
  // In a head nothing is accepted yet: llhttp may have seen the fault before us. In a body both judge byte by byte.
  const isUndecided =
    ours.kind === 'closed' || (ours.kind === 'waits' && ours.isMidRequest && open === undefined)
  if (theirs.kind === 'refused' && isUndecided) return null
  if (ours.kind === 'tunnel' && theirs.kind === 'tunnel' && ours.bytes !== theirs.bytes)
    return 'where the tunnel begins'
  if (endingText(ours) === endingText(theirs)) return null
  const where = open === undefined ? '' : ' for the rest of a body'
  return `llhttp ${endingText(theirs)}, we ${endingText(ours)}${where}`
}
