/**
 * Who keeps, or plays back, what reaches a reactor from outside: a recording, or a replay of one. Without one a reactor's
 * `journal` is `null`, and nothing is paid but that comparison, at the few places below.
 */
export interface Journal {
  /** @returns what `work` gives; in a replay what it gave in the recording, and `work` is not called */
  input<T>(work: () => T | PromiseLike<T>): Promise<T>
  /** The same for a value that is there at once. */
  observe<T>(read: () => T): T
  /**
   * Somebody wants something that the core must see as an input of its own: it happens between two others.
   * @param perform does it; in a replay with what was recorded
   */
  closing<T>(drainMs: number, perform: (drainMs: number) => Promise<T>): Promise<T>
}
