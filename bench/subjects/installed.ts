import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.js'

export const peersDirectory = join(root, 'bench/peers/')
export const inPeers = 'bench/peers/install.sh'

const modulesOf = { project: 'node_modules', peers: 'bench/peers/node_modules' } as const

/** @returns what a program says of its version; undefined when it can't be run */
export function versionSaid(command: string, args: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 })
  return status === 0 ? (/\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? 'unknown') : undefined
}

/** @returns the version of an npm package; undefined when it isn't installed */
export function packageVersion(name: string, modules: keyof typeof modulesOf): string | undefined {
  return versionIn(`${modulesOf[modules]}/${name}/package.json`)
}

export const ownVersion = (): string => versionIn('package.json')!

function versionIn(path: string): string | undefined {
  const file = join(root, path)
  if (!existsSync(file)) return undefined
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
