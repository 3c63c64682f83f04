/**
 * What the programs of Node.js answer: the same bytes for all of them, and those that `suite/act.ts` expects. The
 * programs in other languages, in `peers/`, have these sizes too.
 */
export const HELLO = 'Hello, World!'
export const KILOBYTE = 'k'.repeat(1024)
export const TEN_KILOBYTES = 't'.repeat(10_000)
export const STREAM_CHUNK = 's'.repeat(128)
export const STREAM_CHUNKS = 8

/** Made anew for every answer, as an application does. */
export const message = (): object => ({ message: HELLO })

/** Holds the loop, as a handler does that computes. */
export function block(): void {
  const untilMs = performance.now() + BLOCK_MS
  while (performance.now() < untilMs);
}
const BLOCK_MS = 20

export type ActName = 'hello' | 'kilobyte' | 'tenKilobytes' | 'json' | 'upload' | 'stream' | 'delay' | 'slow'

/** The harness says in the environment what a program must do. `routes` means all of it, by path: `/json`, `/delay`. */
export const act = (process.env['ACT'] ?? 'hello') as ActName | 'routes'
export const port = Number(process.env['PORT'] ?? '8080')
