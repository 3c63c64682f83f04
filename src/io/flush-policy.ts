/**
 * When does a batch of ready replies leave? Batching is easy; knowing when to stop is not. (Bun corked a whole
 * read in 2026; the next day a fast reply waited 502 ms behind a slow handler, bun#42796.)
 *
 * The connection asks at three moments; the batch's byte cap and the end of the time slice come on top, for every
 * policy. Times are milliseconds.
 */
export interface FlushPolicy {
  readonly name: string
  /**
   * Before a handler runs, while replies are ready: must they leave first?
   * @param expectedMs what the handler's path took of late; 0 when that is next to nothing, `Infinity` when it was
   *   never measured
   * @param ageMs how long the oldest ready reply has waited, as of the last look at the clock
   */
  leavesBefore(expectedMs: number, ageMs: number): boolean
  /** Each time a reply was made ready. */
  readonly leavesAfterReply: boolean
  /** When everything that one read brought has been dispatched. If not, the end of the turn flushes. */
  readonly leavesAtEndOfRead: boolean
}

/**
 * The default. All that a read made ready leaves when the read ends, even if a partial next request follows
 * (fasthttp#1043), so the whole of it is one write. Two cases leave earlier: a ready reply is older than
 * the budget (*age*), or the next handler is expected to take longer than the budget (*cost*). A handler
 * that was never measured counts as slow.
 */
export function endOfRead(budgetMs = 1): FlushPolicy {
  return {
    name: 'end-of-read',
    leavesBefore: (expectedMs, ageMs) => expectedMs > budgetMs || ageMs > budgetMs,
    leavesAfterReply: false,
    leavesAtEndOfRead: true,
  }
}

/** Every reply leaves at once, as in node:http: for comparison. */
export function perResponse(): FlushPolicy {
  return {
    name: 'per-response',
    leavesBefore: () => true,
    leavesAfterReply: true,
    leavesAtEndOfRead: true,
  }
}

/**
 * What several reads of one turn made ready leaves together: more glue, more waiting. The two early cases of
 * {@link endOfRead} hold here too.
 */
export function endOfTurn(budgetMs = 1): FlushPolicy {
  return { ...endOfRead(budgetMs), name: 'end-of-turn', leavesAtEndOfRead: false }
}
