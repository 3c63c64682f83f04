import { GCProfiler } from 'node:v8'

/**
 * What `node` must be told so that nothing is collected while a window is open: a young generation of 512 MiB from the
 * start, and a collection when we ask for one.
 */
export const NO_COLLECTION = ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512']

/** A window stays well below the young generation, and is many operations long, so that what exists once doesn't count. */
const WINDOW_BYTES = 32 << 20
const MOST_RUNS = 200
const WINDOWS = 5
const WARM_UP_RUNS = 60

/**
 * Bytes on the heap that one operation allocates, whether or not anybody holds them: the growth of the used heap over
 * many runs in which nothing was collected. V8's own profiler of collections says whether that is so; a window in which
 * there was one is thrown away. Of several windows it is the median.
 *
 * @param run does `operations` operations
 * @throws when no window is without a collection
 */
export async function measureAllocation(run: () => Promise<void>, operations: number): Promise<number> {
  for (let i = 0; i < WARM_UP_RUNS; i++) await run() // what the compiler has optimized allocates less
  const runs = await runsOfWindow(run)
  const windows: number[] = []
  for (let tries = 0; windows.length < WINDOWS && tries < 3 * WINDOWS; tries++) {
    const bytes = await window(run, runs)
    if (bytes !== null) windows.push(bytes / (runs * operations))
  }
  if (windows.length < WINDOWS) throw new Error('the collector could not be kept away')
  return windows.sort((a, b) => a - b)[WINDOWS >> 1]!
}

async function runsOfWindow(run: () => Promise<void>): Promise<number> {
  const bytes = (await window(run, 1)) ?? WINDOW_BYTES
  return Math.min(Math.max(Math.floor(WINDOW_BYTES / Math.max(bytes, 1)), 1), MOST_RUNS)
}

/** @returns by how much the used heap has grown, or `null` when something was collected */
async function window(run: () => Promise<void>, runs: number): Promise<number | null> {
  if (globalThis.gc === undefined) throw new Error(`run it with ${NO_COLLECTION.join(' ')}`)
  globalThis.gc()
  const profiler = new GCProfiler()
  profiler.start()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < runs; i++) await run()
  const after = process.memoryUsage().heapUsed
  return profiler.stop().statistics.length > 0 ? null : after - before
}
