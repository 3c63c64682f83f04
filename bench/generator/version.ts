import { readFileSync } from 'node:fs'

/** Of the package that the generator belongs to; this file lies in its `dist/bench`. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}
