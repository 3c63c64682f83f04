import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** Every process that the harness started and that still runs, so that none outlives it. */
const running = new Set<ChildProcess>()

export function startChild(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options)
  running.add(child)
  child.once('exit', () => running.delete(child))
  child.once('error', () => running.delete(child))
  return child
}

export function killChildren(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Runs a program to its end, with `input`, and gives what it printed. */
export async function outputOf(command: string, args: readonly string[], input = ''): Promise<string> {
  const child = startChild(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin!.on('error', () => undefined) // it may end before it has read all; its exit code tells
  child.stdin!.end(input)
  const [printed, [code, signal]] = (await Promise.all([text(child.stdout!), once(child, 'exit')])) as [
    string,
    [number | null, string | null],
  ]
  if (code !== 0) throw new Error(`${command} ended with ${code ?? signal ?? 'nothing'}: ${printed.trim()}`)
  return printed
}
