import { headCases } from '../http/parser/request-parser-contract.js'
import { Chance } from './chance.js'
import { Comparison } from './comparison.js'
import { explainedDifferences } from './explained-differences.js'
import { Grammar } from './grammar.js'
import { minimize } from './minimize.js'
import { inPieces, Mutator } from './mutator.js'
import { endingText } from './reading.js'

const MOST_CORPUS = 2000
const MOST_FAILURES = 20
/** More of the same tell nothing new. */
const MOST_OF_A_KIND = 3

/** An input that was understood differently, as short as it gets. */
export interface Failure {
  readonly difference: string
  /** As a string literal. */
  readonly input: string
  readonly pieces: readonly string[]
}

/** What a run has seen. */
export interface FuzzReport {
  readonly inputs: number
  /** Requests that both have read, and read alike. */
  readonly requests: number
  readonly ours: Readonly<Record<string, number>>
  readonly theirs: Readonly<Record<string, number>>
  readonly explained: Readonly<Record<string, number>>
  readonly failures: readonly Failure[]
}

/** Runs until `isDone(inputs)`, or until so many differences were found that more would help nobody. */
export async function fuzz(seed: number, isDone: (inputs: number) => boolean): Promise<FuzzReport> {
  const chance = new Chance(seed)
  const generators = [new Grammar(chance, 12), new Grammar(chance, 60)]
  const mutator = new Mutator(chance)
  const comparison = await Comparison.start()
  const corpus = headCases.map((row) => row.bytes).filter((bytes) => bytes.length < 1000)
  const [ours, theirs, explained, kinds] = [new Counter(), new Counter(), new Counter(), new Counter()]
  for (const row of explainedDifferences) explained.add(row.name, 0)
  const failures = new Map<string, Failure>()
  let inputs = 0
  let requests = 0

  for (; !isDone(inputs) && failures.size < MOST_FAILURES; inputs++) {
    const isNew = chance.once(2)
    const text = isNew
      ? chance.pick(generators).stream()
      : mutator.mutate(chance.pick(corpus), chance.pick(corpus))
    const pieces = inPieces(text, chance)
    const outcome = await comparison.compare(pieces)
    requests += outcome.ours.requests.length
    ours.add(endingText(outcome.ours.ending))
    theirs.add(endingText(outcome.theirs.ending))
    if (outcome.explanation !== null) explained.add(outcome.explanation.name)
    const isWorthMore = isNew || outcome.ours.requests.length > 0
    if (isWorthMore && text.length > 0) {
      if (corpus.length < MOST_CORPUS) corpus.push(text)
      else corpus[chance.below(MOST_CORPUS)] = text
    }
    if (outcome.difference === null) continue
    const kind = outcome.difference.replace(/\d+/g, '')
    kinds.add(kind)
    if ((kinds.counts[kind] ?? 0) > MOST_OF_A_KIND) continue
    const failure = await shortened(comparison, pieces, outcome.difference, chance)
    failures.set(failure.input, failure)
  }
  return {
    inputs,
    requests,
    ours: ours.counts,
    theirs: theirs.counts,
    explained: explained.counts,
    failures: [...failures.values()],
  }
}

async function shortened(
  comparison: Comparison,
  pieces: readonly string[],
  found: string,
  chance: Chance,
): Promise<Failure> {
  const kind = found.replace(/\d+/g, '')
  const fails = async (candidate: readonly string[]): Promise<boolean> =>
    (await comparison.compare(candidate)).difference?.replace(/\d+/g, '') === kind
  const whole = pieces.join('')
  if (await fails([whole])) {
    const input = await minimize(whole, (text) => fails([text]))
    return { difference: found, input: escaped(input), pieces: [] }
  }
  const cut = async (text: string): Promise<boolean> => fails(Array.from(text))
  const input = (await cut(whole)) ? await minimize(whole, cut) : whole
  return { difference: found, input: escaped(input), pieces: inPieces(input, chance).map(escaped) }
}

/** As a string literal of JavaScript, ASCII only. */
export function escaped(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\uffff]|\\u00(..)/g, (char, hex: string | undefined) => {
    return `\\x${hex ?? char.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

class Counter {
  readonly counts: Record<string, number> = {}

  add(name: string, count = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + count
  }
}
