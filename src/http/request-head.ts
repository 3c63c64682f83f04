import type { FieldSection } from './parser/field-section.js'
import type { PathEntry } from './path-cache.js'

/** What the head of a request says. Nothing changes it, and requests whose heads are the same to the byte share it. */
export class RequestHead {
  /** Index in `METHODS`. */
  readonly method: number
  /** As it came. */
  readonly target: string
  readonly path: PathEntry
  /** Its headers have been made. */
  readonly section: FieldSection

  constructor(method: number, target: string, path: PathEntry, section: FieldSection) {
    this.method = method
    this.target = target
    this.path = path
    this.section = section
  }
}
