import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Measurement, type MeasurementKey } from './measurement.js'
import { readResults, type Results, ResultsError } from './results.js'

/**
 * The results of a run that is under way. The file is whole after every measurement, so that a run that is broken off
 * can be continued, and what it has measured can be read.
 */
export class ResultsFile {
  readonly path: string
  #results: Results

  private constructor(path: string, results: Results) {
    this.path = path
    this.#results = results
  }

  /** @throws ResultsError when there is a file already: nothing measured is ever overwritten */
  static begin(path: string, results: Results): ResultsFile {
    if (existsSync(path)) throw new ResultsError(`${path} exists; --resume continues it`)
    mkdirSync(dirname(path), { recursive: true })
    const file = new ResultsFile(path, results)
    file.#write()
    return file
  }

  /**
   * @param now what would be begun today: it may ask for more, but must measure in the same way, on the same machine
   * @throws ResultsError when it does not
   */
  static resume(path: string, now: Results): ResultsFile {
    const before = readResults(path)
    for (const name of ['seconds', 'seed', 'load'] as const) {
      refuseChange(path, name, before.plan[name], now.plan[name])
    }
    for (const name of ['cpu', 'memory', 'kernel', 'node of the subjects', 'pinning']) {
      refuseChange(path, name, before.environment[name], now.environment[name])
    }
    return new ResultsFile(path, {
      ...before,
      plan: now.plan,
      scenarios: union(before.scenarios, now.scenarios),
      subjects: union(before.subjects, now.subjects),
      // a failure may have been the occasion's; it is tried again
      measurements: before.measurements.filter(({ failure }) => failure === undefined),
    })
  }

  get results(): Results {
    return this.#results
  }

  has({ scenario, subject, round }: MeasurementKey): boolean {
    return this.#results.measurements.some(
      (one) => one.scenario === scenario && one.subject === subject && one.round === round,
    )
  }

  record(measurement: Measurement): void {
    this.#results = { ...this.#results, measurements: [...this.#results.measurements, measurement] }
    this.#write()
  }

  /** To a second file that then takes the first one's place: at no moment is there half of it. */
  #write(): void {
    const fresh = `${this.path}.part`
    writeFileSync(fresh, `${JSON.stringify(this.#results, null, 1)}\n`)
    renameSync(fresh, this.path)
  }
}

function refuseChange(path: string, name: string, before: unknown, now: unknown): void {
  if (before === now) return
  throw new ResultsError(`${path} can't be continued: ${name} was ${String(before)} and is ${String(now)}`)
}

/** Those of today win: a subject may have been installed since. */
function union<Named extends { readonly name: string }>(
  before: readonly Named[],
  now: readonly Named[],
): Named[] {
  return [...before.filter(({ name }) => !now.some((one) => one.name === name)), ...now]
}
