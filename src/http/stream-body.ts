import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import { offAbort, onAbort } from '../reactor/abort-listeners.js'
import { unlessAborted, type Waiting } from '../reactor/unless-aborted.js'
import { openSource, type Pieces, type StreamSource } from './body-source.js'
import type { Response } from './response.js'

/**
 * Writes a source's pieces as the body, at the client's pace, and ends it. When the client goes away, or the signal is
 * aborted, the source is cancelled, even if it is being waited for.
 */
export async function streamBody(response: Response, source: StreamSource, waiting: Waiting): Promise<void> {
  const pieces = openSource(source)
  if (pieces === null) throw new CalandriaTypeError('CAL_ERR_RESPONSE_BODY', 'it can not be streamed')
  const signals = [response.request?.signal, waiting.signal].filter((signal) => signal !== undefined)
  const cancel = (): void => pieces.cancel(signals.find(({ aborted }) => aborted)?.reason as Error)
  for (const signal of signals) onAbort(signal, cancel)
  try {
    if (response.hasBody) await writeAll(response, pieces, signals, waiting)
    else pieces.cancel(new CalandriaError('CAL_ERR_RESPONSE_ENDED', 'a response without a body'))
    endStreamed(response)
  } catch (error) {
    pieces.cancel(error as Error)
    throw error
  } finally {
    for (const signal of signals) offAbort(signal, cancel)
  }
}

async function writeAll(
  response: Response,
  pieces: Pieces,
  signals: readonly AbortSignal[],
  waiting: Waiting,
): Promise<void> {
  for (;;) {
    // A source that waits for ever must not keep the handler waiting with it.
    const { done, value } = await unlessAnyAborted(pieces.next(), signals)
    if (done === true) break
    if (!response.write(value)) await response.drained(waiting)
  }
}

/** Also when there was no piece it is a streamed body, trailers and all. */
function endStreamed(response: Response): void {
  response.write('')
  response.end()
}

function unlessAnyAborted<T>(value: T | Promise<T>, signals: readonly AbortSignal[]): T | Promise<T> {
  return signals.reduce<T | Promise<T>>((waitedFor, signal) => {
    return unlessAborted(Promise.resolve(waitedFor), { signal })
  }, value)
}
