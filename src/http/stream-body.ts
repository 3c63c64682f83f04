import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import { openSource, type Pieces, type StreamSource } from './body-source.js'
import type { Response } from './response.js'

/**
 * Writes a source's pieces as the body, at the client's pace, and ends it. When the client goes away the source is
 * cancelled, even if it is being waited for.
 */
export async function streamBody(response: Response, source: StreamSource): Promise<void> {
  const pieces = openSource(source)
  if (pieces === null) throw new CalandriaTypeError('CAL_ERR_RESPONSE_BODY', 'it can not be streamed')
  const signal = response.request?.signal
  const cancel = (): void => pieces.cancel(signal?.reason as Error)
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    if (response.hasBody) await writeAll(response, pieces, signal)
    else pieces.cancel(new CalandriaError('CAL_ERR_RESPONSE_ENDED', 'a response without a body'))
    endStreamed(response)
  } catch (error) {
    pieces.cancel(error as Error)
    throw error
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}

async function writeAll(response: Response, pieces: Pieces, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    const next = pieces.next()
    const { done, value } = await (signal === undefined ? next : unlessAborted(Promise.resolve(next), signal))
    if (done === true) break
    if (!response.write(value)) await response.drained()
  }
}

/** Also when there was no piece it is a streamed body, trailers and all. */
function endStreamed(response: Response): void {
  response.write('')
  response.end()
}

/** A source that waits for ever must not keep the handler waiting with it. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    const settled = (): void => signal.removeEventListener('abort', abort)
    promise.then(resolve, reject).finally(settled)
  })
}
