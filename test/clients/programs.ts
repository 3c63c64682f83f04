import { spawnSync } from 'node:child_process'

/** `.ci/run` sets it: there every program must be installed, so a test whose program is missing fails. */
const mustHaveAll = process.env['CALANDRIA_CI'] !== undefined

/**
 * @param probe a command that succeeds where the program can be used
 * @returns what a test's name ends with when it must be skipped, for lack of the program; else `null`
 */
export function whyWithout(name: string, probe: readonly [string, ...string[]]): string | null {
  if (mustHaveAll) return null
  const [command, ...parameters] = probe
  return spawnSync(command, parameters).status === 0 ? null : ` (skipped: ${name} is not installed)`
}
