import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What a program has printed, one character a byte. */
export interface Printed {
  readonly output: string
  readonly notes: string
}

/** Runs a program to its end, with `input`. @throws when it isn't there, or its exit code isn't 0 */
export async function runProgram(
  program: string,
  parameters: readonly string[],
  input: string | Uint8Array = '',
): Promise<Printed> {
  const running = run(program, parameters, { encoding: 'latin1', maxBuffer: 64 * 1024 * 1024 })
  const stdin = running.child.stdin!
  stdin.on('error', () => undefined) // it may end before it has read all: what it says then is in its notes
  if (typeof input === 'string') stdin.end(input, 'latin1')
  else stdin.end(input)
  const { stdout, stderr } = await running
  return { output: stdout, notes: stderr }
}
