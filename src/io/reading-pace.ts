import { CalandriaTypeError } from '../errors/calandria-error.js'

/** How an end reads that is slow about it. */
export interface ReadingPace {
  /** Bytes of a read at most: a whole number from 1 up. */
  readonly bytes: number
  /** From one read to the next, in milliseconds. */
  readonly everyMs: number
}

/** @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function checkPace(pace: ReadingPace | null): ReadingPace | null {
  if (pace === null) return null
  const { bytes, everyMs } = pace
  if (!(Number.isSafeInteger(bytes) && bytes >= 1)) throw wrong(`bytes ${bytes}`)
  if (!(everyMs >= 0 && everyMs < Infinity)) throw wrong(`everyMs ${everyMs}`)
  return { bytes, everyMs }
}

function wrong(detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OPTION', `a reading pace of ${detail}`)
}
