import { readdirSync, readFileSync } from 'node:fs'

/** What a process and all that it started have used since their start. */
export interface Usage {
  /** CPU time of all threads, in nanoseconds; exact where the kernel tells, else in steps of 10 ms. */
  readonly cpuNs: number
  /** The kernel's part of it, 0 to 1. */
  readonly kernelShare: number
  readonly rssBytes: number
}

const TICKS_PER_SECOND = 100 // USER_HZ, the same on every Linux that Node runs on
const PAGE_BYTES = 4096

/**
 * Reads it in /proc, so that it works for anybody's server.
 * @returns undefined where there is no /proc, or the process is gone
 */
export function usageOf(pid: number): Usage | undefined {
  const found = treeOf(pid).map(statOf)
  const stats = found.filter((stat) => stat !== undefined)
  if (stats.length === 0 || found[0] === undefined) return undefined
  const sum = (part: (stat: Stat) => number) => stats.reduce((all, stat) => all + part(stat), 0)
  const inTicks = sum(({ userTicks, kernelTicks }) => userTicks + kernelTicks) * (1e9 / TICKS_PER_SECOND)
  const exact = sum(({ pid }) => scheduledNs(pid))
  return {
    // a thread that has ended is counted in the ticks only
    cpuNs: exact > inTicks - 1e8 ? exact : inTicks,
    kernelShare: sum(({ kernelTicks }) => kernelTicks) / Math.max(1, inTicks / (1e9 / TICKS_PER_SECOND)),
    rssBytes: sum(({ rssPages }) => rssPages) * PAGE_BYTES,
  }
}

/** CPU time between two looks, in nanoseconds. */
export function usedBetween(before: Usage, after: Usage): { userNs: number; kernelNs: number } {
  const cpuNs = after.cpuNs - before.cpuNs
  const kernel = after.kernelShare * after.cpuNs - before.kernelShare * before.cpuNs
  const kernelNs = Math.min(Math.max(0, kernel), cpuNs)
  return { userNs: cpuNs - kernelNs, kernelNs }
}

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly userTicks: number
  readonly kernelTicks: number
  readonly rssPages: number
}

/** proc_pid_stat(5). The name, in parentheses, may hold anything. */
function statOf(pid: number): Stat | undefined {
  const text = contentOf(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [parent = 0, userTicks = 0, kernelTicks = 0, rssPages = 0] = [1, 11, 12, 21].map(
    (index) => fields[index]!,
  )
  return { pid, parent, userTicks, kernelTicks, rssPages }
}

/** A process and its descendants; the process comes first. */
function treeOf(root: number): number[] {
  let entries: string[]
  try {
    entries = readdirSync('/proc')
  } catch {
    return []
  }
  const parents = new Map<number, number>()
  for (const entry of entries) {
    const stat = /^\d+$/.test(entry) ? statOf(Number(entry)) : undefined
    if (stat !== undefined) parents.set(stat.pid, stat.parent)
  }
  const tree = [root]
  for (const member of tree) {
    for (const [pid, parent] of parents) if (parent === member) tree.push(pid)
  }
  return tree
}

/** What the scheduler gave to each thread, in nanoseconds; 0 where the kernel doesn't say. */
function scheduledNs(pid: number): number {
  let threads: string[]
  try {
    threads = readdirSync(`/proc/${pid}/task`)
  } catch {
    return 0
  }
  return threads.reduce((all, thread) => {
    const text = contentOf(`/proc/${pid}/task/${thread}/schedstat`)
    return all + (text === undefined ? 0 : Number(text.split(' ')[0]))
  }, 0)
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined // it has ended
  }
}
