/**
 * What every subject can do. Its routes: `/` answers `Hello, World!`, `/never` doesn't answer, `/upload` counts the bytes
 * of a body, and `/download` streams 1 GB in pieces of 64 KB.
 */
export interface Server {
  readonly port: number
  /** Arms a timer for a moment that is the same for all of them. */
  arm(done: () => void): void
  /** Posts a task. */
  post(done: () => void): void
  /** Closes in peace; resolves when no connection is left. */
  drain(): Promise<void>
  /** Closes, and breaks off whatever is under way. */
  abort(): Promise<void>
  /** How many connections there are. */
  connections(): number | Promise<number>
}

export const PIECE = Buffer.alloc(64 * 1024, 'x')
export const TIMERS_MS = 100
