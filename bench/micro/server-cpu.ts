import { type Loads } from '../loads/choose-load.js'
import { type Attack } from '../loads/load.js'
import { usedBetween } from '../suite/process-usage.js'
import { type RunningSubject } from '../suite/running-subject.js'

const SECONDS = 1
const CONNECTIONS = 100

/** @returns CPU time of the server during `work`, of all its threads, kernel included, in nanoseconds */
export async function cpuNsOf<T>(
  running: RunningSubject,
  work: () => Promise<T>,
): Promise<{ ns: number; result: T }> {
  const before = running.usage()
  const result = await work()
  const after = running.usage()
  if (before === undefined || after === undefined) throw new Error('CPU time is read in /proc: Linux only')
  const { userNs, kernelNs } = usedBetween(before, after)
  return { ns: userNs + kernelNs, result }
}

/** Loads the server for a second as the benchmark does. @returns CPU time of the server, in nanoseconds a request */
export async function cpuNsARequest(running: RunningSubject, loads: Loads): Promise<number> {
  const { place, asks } = running
  const attack: Attack = {
    place,
    asks,
    depth: asks.length,
    checked: await running.check(),
    connections: CONNECTIONS,
    seconds: SECONDS,
    reconnects: false,
    requestsPerSecond: undefined,
  }
  const { ns, result } = await cpuNsOf(running, () => loads.for(attack).run(attack))
  return ns / result.requests
}
