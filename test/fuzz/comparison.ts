import { engineOf } from '../../src/http/parser/llhttp/llhttp-engine.js'
import type { LlhttpInstance } from '../../src/http/parser/llhttp/llhttp-instance.js'
import { loadLlhttp } from '../../src/http/parser/llhttp/llhttp-loader.js'
import { scannerEngine } from '../../src/http/parser/scanner-engine.js'
import { type ExplainedDifference, explainedDifferences } from './explained-differences.js'
import { LlhttpReader } from './llhttp-reading.js'
import { OurReader } from './our-reading.js'
import { difference, type Reading } from './reading.js'

/** What came of one input. */
export interface Outcome {
  readonly ours: Reading
  readonly theirs: Reading
  /** `null`: none, or it is explained. */
  readonly difference: string | null
  readonly explanation: ExplainedDifference | null
}

/** Reads the same bytes with our parsers and with llhttp, whole and in pieces. */
export class Comparison {
  readonly #ours = new OurReader(scannerEngine)
  readonly #ownLlhttp: OurReader
  readonly #theirs: LlhttpReader

  private constructor(llhttp: LlhttpInstance) {
    this.#ownLlhttp = new OurReader(engineOf(llhttp))
    this.#theirs = new LlhttpReader(llhttp)
  }

  static async start(): Promise<Comparison> {
    return new Comparison(await loadLlhttp())
  }

  async compare(pieces: readonly string[]): Promise<Outcome> {
    const bytes = pieces.join('')
    const ours = await this.#ours.read([bytes])
    const theirs = this.#theirs.read([bytes])
    let found = difference(ours, theirs)
    let explanation: ExplainedDifference | null = null
    if (found !== null) {
      explanation = explainedDifferences.find((row) => row.explains(ours, theirs, bytes)) ?? null
      if (explanation !== null) found = null
    }
    // The llhttp engine may refuse more than the scanner, where llhttp does; it may accept nothing more.
    found ??= prefixed('with the llhttp engine', difference(await this.#ownLlhttp.read([bytes]), ours))
    if (found === null && pieces.length > 1) {
      if (!isSame(ours, await this.#ours.read(pieces))) found = 'ours depends on the pieces'
      else
        found = prefixed(
          'with the llhttp engine in pieces',
          difference(await this.#ownLlhttp.read(pieces), ours),
        )
      if (!isSame(theirs, this.#theirs.read(pieces))) found = 'llhttp depends on the pieces'
    }
    return { ours, theirs, difference: found, explanation }
  }
}

function prefixed(by: string, found: string | null): string | null {
  return found === null ? null : `${by}: ${found}`
}

function isSame(a: Reading, b: Reading): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
