/** What a server process holds, after a garbage collection. */
export interface Snapshot {
  readonly heapBytes: number
  readonly residentBytes: number
  /** Sockets, pipes and the like that keep Node's loop alive. */
  readonly handles: number
  /** Timers on the reactor's wheel. */
  readonly timers: number
  readonly connections: number
  readonly requests: number
}

/** What the heap may grow by: compiled code, and what V8 has learnt about the code, grow a little for ever. */
const MOST_HEAP_GROWTH = 2 * 1024 * 1024

/** @returns what there is more of than before, for people; empty when all is well */
export function growth(before: Snapshot, after: Snapshot): string[] {
  const found: string[] = []
  const grown = after.heapBytes - before.heapBytes
  if (grown > MOST_HEAP_GROWTH) found.push(`the heap has grown by ${grown} bytes`)
  for (const what of ['handles', 'timers', 'connections'] as const)
    if (after[what] > before[what]) found.push(`${what}: ${before[what]} before, ${after[what]} after`)
  return found
}

export function snapshotTable(rows: readonly (readonly [name: string, snapshot: Snapshot])[]): string {
  const mb = (bytes: number): string => (bytes / 1024 / 1024).toFixed(2)
  const lines = rows.map(([name, { heapBytes, residentBytes, handles, timers, connections, requests }]) =>
    [name, mb(heapBytes), mb(residentBytes), handles, timers, connections, requests].join(' | '),
  )
  const head = ['after', 'heap MiB', 'resident MiB', 'handles', 'timers', 'connections', 'requests']
  return [head.join(' | '), head.map((name) => '-'.repeat(name.length)).join(' | '), ...lines].join('\n')
}
