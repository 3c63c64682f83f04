import { CalandriaError } from '../errors/calandria-error.js'
import { describeStall, type StallReport } from './stall-report.js'
import { StallWatchdog, type StallWatchdogOptions } from './stall-watchdog.js'

/**
 * For tests: runs `work`, and rejects when it has held the loop for longer than the limit, naming the code that did.
 * @param options `limitMs`, default 25; a `reactor` to be exact to the callback
 * @returns what `work` resolves to
 * @throws CalandriaError (rejects) `CAL_ERR_STALL`; `CAL_ERR_STALL_UNWATCHED` when the watching thread can't be started, or
 *   has failed, so that nothing can be said; and what `work` throws
 */
export async function expectNoStall<T>(
  work: () => T | Promise<T>,
  options: Pick<StallWatchdogOptions, 'limitMs' | 'reactor'> = {},
): Promise<T> {
  const reports: StallReport[] = []
  const watchdog = new StallWatchdog({ ...options, onStall: (report) => reports.push(report) })
  try {
    await watchdog.ready()
    mustBeWatching(watchdog)
    const result = await work()
    await watchdog.settled()
    if (reports[0] !== undefined) throw new CalandriaError('CAL_ERR_STALL', describeStall(reports[0]))
    if (watchdog.stalls > 0) throw new CalandriaError('CAL_ERR_STALL', 'what held it was not seen')
    mustBeWatching(watchdog)
    return result
  } finally {
    await watchdog.close()
  }
}

function mustBeWatching(watchdog: StallWatchdog): void {
  if (!watchdog.statistics().isWatching) throw new CalandriaError('CAL_ERR_STALL_UNWATCHED')
}
