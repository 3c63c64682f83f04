import { type DoubtCode } from '../suite/doubt.js'
import { type Summary } from '../suite/summary.js'

/** Every kind of doubt that a scenario has raised, and whom it concerns, with numbers. */
export function doubtsByKind(
  scenario: string,
  subjects: readonly string[],
  summary: Summary,
): Map<DoubtCode, string> {
  const found = new Map<DoubtCode, string>()
  for (const subject of subjects) {
    for (const { doubt, rounds } of summary.doubts(scenario, subject)) {
      const whom = `${subject} (${rounds} ${rounds === 1 ? 'round' : 'rounds'}: ${doubt.text})`
      const others = found.get(doubt.code)
      found.set(doubt.code, others === undefined ? whom : `${others}, ${whom}`)
    }
  }
  return found
}
