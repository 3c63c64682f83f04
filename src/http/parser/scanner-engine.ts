import { KeptFields } from './kept-fields.js'
import type { ParserEngine } from './parser-engine.js'
import { Scanner } from './scanner.js'

/** The default engine. The parsers of one server share the fields that they remember. */
export const scannerEngine: ParserEngine = Object.freeze({
  name: 'scanner',
  requestParsers: (limits) => {
    const kept = new KeptFields()
    return () => new Scanner(limits, kept)
  },
} satisfies ParserEngine)
