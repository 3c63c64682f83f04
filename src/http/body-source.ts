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
      if ('destroy' in source && typeof source.destroy === 'function') {
        ;(source as { destroy(reason: Error): void }).destroy(reason)
      }
      Promise.resolve(iterator.return?.()).catch(ignore)
    },
  }
}

/** What a source says to being cancelled is of no interest: the reason for it is reported already. */
function ignore(): void {
  return undefined
}
