import { type ChildProcess, execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CalandriaError } from 'calandria'

const run = promisify(execFile)

/**
 * Pins the main thread of a process of Node.js to a core, with `taskset`, and no other thread of it. Once a process spins, its
 * own compiler and garbage collector would stop it on one core with them, for milliseconds: the kernel lets them take turns.
 *
 * @param child has told that it is ready, so that V8's threads are there: a thread starts with the cores of its maker
 * @param core `null`: does nothing
 * @throws CalandriaError `CAL_ERR_BENCH_PROCESS` (rejects) when there is no such core, or no `taskset`
 */
export async function pinMainThread({ pid }: ChildProcess, core: number | null): Promise<void> {
  if (core === null) return
  try {
    await run('taskset', ['--cpu-list', '--pid', String(core), String(pid)])
  } catch (cause) {
    throw new CalandriaError('CAL_ERR_BENCH_PROCESS', `it could not be pinned to core ${core}`, { cause })
  }
}
