import type { Body } from './response.js'

/** What a response's body may be streamed from. Node's streams are async iterables too. */
export type StreamSource = AsyncIterable<Body> | Iterable<Body> | ReadableStream<Body>

/** One piece after the other, from whatever it is. */
export interface Pieces {
  next(): Promise<IteratorResult<Body, unknown>> | IteratorResult<Body, unknown>
  /** Nobody wants the rest; also while a {@link next} is under way. */
  cancel(reason: Error): void
}

/** @returns `null` when it is nothing that can be streamed */
export function openSource(source: unknown): Pieces | null {
  if (source instanceof ReadableStream) return fromWebStream(source as ReadableStream<Body>)
  if (typeof source !== 'object' || source === null) return null
  if (Symbol.asyncIterator in source)
    return fromIterator((source as AsyncIterable<Body>)[Symbol.asyncIterator](), source)
  if (Symbol.iterator in source && !(source instanceof Uint8Array))
    return fromIterator((source as Iterable<Body>)[Symbol.iterator](), source)
  return null
}

function fromWebStream(stream: ReadableStream<Body>): Pieces {
  const reader = stream.getReader()
  return {
    next: () => reader.read(),
    cancel: (reason) => {
      reader.cancel(reason).catch(ignore)
    },
  }
}

function fromIterator(iterator: Iterator<Body> | AsyncIterator<Body>, source: object): Pieces {
  return {
    next: () => iterator.next(),
    cancel: (reason) => {
      // A generator that is waiting hears of it only when it goes on; a Node stream can be told at once.
      if (isNodeStream(source)) {
        source.on('error', ignore) // whoever iterates listens, but only between its first piece and its last
        source.destroy(reason)
      }
      returnFrom(iterator).catch(ignore)
    },
  }
}

/** As a promise also of what it throws at once, into the face of whoever has aborted. */
async function returnFrom(iterator: Iterator<Body> | AsyncIterator<Body>): Promise<void> {
  await iterator.return?.()
}

interface NodeStream {
  on(event: 'error', listener: () => void): unknown
  destroy(reason: Error): unknown
}

function isNodeStream(source: object): source is NodeStream {
  const { on, destroy } = source as Partial<NodeStream>
  return typeof on === 'function' && typeof destroy === 'function'
}

/** What a source says to being cancelled is of no interest: the reason for it is reported already. */
function ignore(): void {
  return undefined
}
