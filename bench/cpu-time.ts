import { readFileSync } from 'node:fs'

/** Linux counts CPU time in ticks of 10 ms for every program that asks, whatever the kernel's own tick is. */
const TICK_MS = 10

export interface CpuTime {
  readonly userMs: number
  readonly kernelMs: number
}

/** @returns what a process has used until now; `null` where nobody says (no Linux), or it is gone */
export function cpuTimeOf(pid: number): CpuTime | null {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return null
  }
  // The name, in parentheses, may hold anything; behind it come the fields from the third on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { userMs: Number(fields[11]) * TICK_MS, kernelMs: Number(fields[12]) * TICK_MS }
}
