import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's directory: the same from the sources and from what was built of them. */
export const root = findRoot(dirname(fileURLToPath(import.meta.url)))

/** A program of the benchmark, as it was built. */
export const builtProgram = (path: string): string => join(root, 'build/bench', `${path}.js`)

function findRoot(from: string): string {
  if (existsSync(join(from, 'package-lock.json'))) return from
  const above = dirname(from)
  if (above === from) throw new Error('the benchmark runs in a clone of the project only')
  return findRoot(above)
}
