import type { FieldSection } from './field-section.js'
import { KeptBytes } from './kept-bytes.js'
import type { ParserEngine } from './parser-engine.js'
import { Scanner } from './scanner.js'

/** The default engine. The parsers of one server share the fields that they remember. */
export const scannerEngine: ParserEngine = Object.freeze({
  name: 'scanner',
  requestParsers: (limits) => {
    const kept = new KeptBytes<FieldSection>()
    return () => new Scanner(limits, kept)
  },
} satisfies ParserEngine)
