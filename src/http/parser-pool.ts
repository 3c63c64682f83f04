import { KnownHead } from './known-head.js'
import type { RequestParser } from './parser/request-parser.js'

/** So that a crowd of slow clients leaves nothing behind. */
const MOST_SPARE = 64

/**
 * Connections share one parser, because a head mostly comes whole. Only a connection that waits for the rest of a
 * head needs one of its own: an idle connection has none.
 */
export class ParserPool {
  readonly #make: () => RequestParser
  readonly #spare: RequestParser[] = []
  /** For heads that come whole. It holds nothing between two heads. */
  shared: RequestParser
  /** What spares parsing at all. */
  readonly knownHead = new KnownHead()

  constructor(make: () => RequestParser) {
    this.#make = make
    this.shared = make()
  }

  /** Gives {@link shared} away, with what it has learned of an incomplete head; another takes its place. */
  takeShared(): RequestParser {
    const taken = this.shared
    this.shared = this.#spare.pop() ?? this.#make()
    return taken
  }

  giveBack(parser: RequestParser): void {
    parser.reset()
    if (this.#spare.length < MOST_SPARE) this.#spare.push(parser)
  }
}
