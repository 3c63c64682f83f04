import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { startChild } from '../children.js'

export interface CallCounts {
  readonly reads: number
  readonly writes: number
}

const reading = ['read', 'readv', 'recvfrom', 'recvmsg', 'recvmmsg']
const writing = ['write', 'writev', 'sendto', 'sendmsg', 'sendmmsg', 'sendfile']

/** What `/proc` counts: read, write and their vectors, of all threads; send and recv are missing there. */
export function countedByKernel(pid: number): CallCounts | undefined {
  try {
    const io = readFileSync(`/proc/${pid}/io`, 'latin1')
    const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(io)?.[1])
    return { reads: count('syscr'), writes: count('syscw') }
  } catch {
    return undefined
  }
}

export const canTrace = (): boolean => spawnSync('strace', ['-c', '-o', '/dev/null', 'true']).status === 0

/**
 * Counts with strace, so that send and recv are counted too, while `load` runs. Calls that found nothing to read don't
 * count. It slows the process down a lot.
 * @throws when strace can't attach
 */
export async function countWhile(pid: number, load: () => Promise<unknown>): Promise<CallCounts> {
  const calls = [...reading, ...writing].join(',')
  const args = ['-c', '-U', 'name,calls,errors', '-f', '-e', `trace=${calls}`, '-p', String(pid)]
  const strace = startChild('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(strace, 'exit')
  let said = ''
  strace.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await Promise.race([once(strace.stderr!, 'data'), ended]) // it says that it has attached
  try {
    await load()
  } finally {
    strace.kill('SIGINT')
  }
  await ended
  return readTable(said)
}

function readTable(table: string): CallCounts {
  let reads = 0
  let writes = 0
  for (const [, name = '', calls, errors] of table.matchAll(/^(\w+) +(\d+)(?: +(\d+))? *$/gm)) {
    const done = Number(calls) - Number(errors ?? 0)
    if (reading.includes(name)) reads += done
    else if (writing.includes(name)) writes += done
  }
  if (writes === 0) throw new Error(`strace counted no write: ${table.trim()}`)
  return { reads, writes }
}
