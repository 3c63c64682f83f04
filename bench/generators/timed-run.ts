import { text } from 'node:stream/consumers'
import { once } from 'node:events'
import { startChild } from '../children.js'

export interface TimedRun {
  readonly output: string
  /** User and kernel, of the command and all that it started. */
  readonly cpuSeconds: number
}

/** Runs a command to its end. Its CPU time is the shell's word, because Node has none for children. */
export async function timedRun(command: readonly [string, readonly string[]]): Promise<TimedRun> {
  const [program, parameters] = command
  const shell = ['-c', 'TIMEFORMAT="cpu %U %S"; time "$@"', 'bash', program, ...parameters]
  const child = startChild('bash', shell, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')])
  const match = /^cpu ([\d.]+) ([\d.]+)$/m.exec(errors)
  if (match === null) throw new Error(`${program} could not be timed: ${errors}`)
  return { output, cpuSeconds: Number(match[1]) + Number(match[2]) }
}
