import { spawnSync } from 'node:child_process'

/** @returns what `pattern` finds in what a program prints; `null` when it does not, or is not installed */
export function versionLine(program: string, parameter: string, pattern: RegExp): string | null {
  const { stdout, error } = spawnSync(program, [parameter], { encoding: 'utf8' })
  return error === undefined ? (pattern.exec(stdout)?.[0] ?? null) : null
}
