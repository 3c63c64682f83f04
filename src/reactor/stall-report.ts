/** One call of a stack: where the code stands that its author wrote, if there is a source map, else the code that ran. */
export interface StallFrame {
  /** The function's name; empty for one without. */
  readonly functionName: string
  /** A path, or a URL such as `node:fs` where there is no file. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

/** The loop was held for longer than the limit. */
export interface StallReport {
  /** The number of the stall, from 1. */
  readonly stall: number
  /** How long, in milliseconds. */
  readonly heldMs: number
  /** The limit that it exceeded, in milliseconds. */
  readonly limitMs: number
  /** What ran when the limit was exceeded, innermost first; `null` when the loop was free again before it could be seen. */
  readonly frames: readonly StallFrame[] | null
  /** The innermost frame that is neither Node's nor Calandria's: where to look first. */
  readonly culprit: StallFrame | null
  /**
   * Whether the frames may be of somebody else. Native code (`JSON.parse` of megabytes, a `Sync` call) can't be looked
   * into: the stack is taken when it has returned. That is mostly where it was called; but where the call was the last
   * thing that its function did, it is what ran next.
   */
  readonly isLate: boolean
  /** {@link frames} as text, one a line, like the `stack` of an error. */
  readonly stack: string | null
  /** Stalls since the last report that got none, because there were too many. */
  readonly suppressed: number
}

/** @returns the frames as an error's `stack` shows them */
export function stackText(frames: readonly StallFrame[]): string {
  return frames.map((frame) => `    at ${frameText(frame)}`).join('\n')
}

/** @returns one sentence for a log, with the stack below it */
export function describeStall({ heldMs, limitMs, culprit, stack, isLate }: StallReport, detail = ''): string {
  const by = isLate ? 'by a native call, perhaps in' : 'by'
  const where = culprit === null ? '' : ` ${by} ${frameText(culprit)}`
  const summary = `the event loop was held for ${Math.round(heldMs)} ms (limit: ${limitMs} ms)${where}${detail}`
  return stack === null ? summary : `${summary}\n${stack}`
}

function frameText({ functionName, file, line, column }: StallFrame): string {
  const place = `${file}:${line}:${column}`
  return functionName === '' ? place : `${functionName} (${place})`
}
