import { readFileSync } from 'node:fs'

/** CPU time of some cores since the machine's start, in seconds. */
export interface MachineUsage {
  /** Of all processes, ours and others'. */
  readonly busy: number
  /** Nobody's, waiting for a disk included. */
  readonly idle: number
  /** Taken by other virtual machines. */
  readonly stolen: number
}

const TICKS_PER_SECOND = 100

/**
 * @param cores undefined: all of them
 * @returns undefined where there is no /proc/stat
 */
export function machineUsage(cores: readonly number[] | undefined): MachineUsage | undefined {
  let text: string
  try {
    text = readFileSync('/proc/stat', 'latin1')
  } catch {
    return undefined
  }
  let busy = 0
  let idle = 0
  let stolen = 0
  for (const name of cores?.map((core) => `cpu${core}`) ?? ['cpu']) {
    const line = new RegExp(`^${name} +(.*)$`, 'm').exec(text)?.[1]
    if (line === undefined) return undefined
    const [user = 0, nice = 0, system = 0, rest = 0, waiting = 0, irq = 0, softirq = 0, steal = 0] = line
      .split(' ')
      .map(Number)
    busy += (user + nice + system + irq + softirq) / TICKS_PER_SECOND
    idle += (rest + waiting) / TICKS_PER_SECOND
    stolen += steal / TICKS_PER_SECOND
  }
  return { busy, idle, stolen }
}
