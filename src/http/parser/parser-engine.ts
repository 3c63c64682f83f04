import type { Limits } from '../limits.js'
import type { RequestParser } from './request-parser.js'

/** What reads request heads: `'scanner'`, or what `llhttpEngine()` of `calandria/llhttp` resolves to. */
export interface ParserEngine {
  /** As `server.statistics().parser` tells it. */
  readonly name: string

  /**
   * @returns what makes the parsers of one server, each for one head at a time; they may share what they remember
   * @internal
   */
  requestParsers(limits: Limits): () => RequestParser
}
