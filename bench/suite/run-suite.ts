import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { Loads } from '../loads/choose-load.js'
import { Pinning } from '../pinning.js'
import { root } from '../root.js'
import { type Subject } from '../subjects/subject.js'
import { canTrace } from './call-counts.js'
import { describeEnvironment } from './environment.js'
import { measure } from './measure.js'
import { type RunOptions, UsageError } from './options.js'
import { type Results, RESULTS_VERSION, type ScenarioRecord, type SubjectRecord } from './results.js'
import { ResultsFile } from './results-file.js'
import { depthOf, type Scenario } from './scenario.js'

/** What a run tells while it is under way. */
export interface Telling {
  /** Before anything is measured. */
  begun(results: Results): void
  /** All of a scenario's rounds are measured. */
  measured(scenario: ScenarioRecord, results: Results): void
  /** What is being done; empty: nothing more for now. */
  progress(text: string): void
}

/**
 * Measures what the options ask for. Each measurement is in the file as soon as it is made.
 * @param command what was typed, so that others can do the same
 */
export async function runSuite(options: RunOptions, command: string, telling: Telling): Promise<ResultsFile> {
  const pinning = new Pinning(options.cores)
  const loads = new Loads(options.load, pinning, options.calibrates)
  const nodeVersion = versionOfNode(options.node)
  const versions = new Map(options.subjects.map((subject) => [subject, subject.version(options.node)]))
  const planned: Results = {
    version: RESULTS_VERSION,
    environment: describeEnvironment(options, command, loads, pinning, nodeVersion),
    plan: { rounds: options.rounds, seconds: options.seconds, seed: options.seed, load: loads.name },
    scenarios: options.scenarios.map(describeScenario),
    subjects: options.subjects.map((subject) => describeSubject(subject, versions.get(subject))),
    measurements: [],
  }
  const file =
    options.resume === undefined
      ? ResultsFile.begin(pathFor(options.json), planned)
      : ResultsFile.resume(options.resume, planned)
  telling.begun(file.results)
  for (const scenario of options.scenarios) {
    await measure(
      {
        ...options,
        subjects: options.subjects.filter((subject) => versions.get(subject) !== undefined),
        pinning,
        loads,
        canTrace: canTrace(),
        isDone: (key) => file.has(key),
        record: (measurement) => file.record(measurement),
        progress: (text) => telling.progress(text),
      },
      scenario,
    )
    telling.progress('')
    telling.measured(describeScenario(scenario), file.results)
  }
  return file
}

export function describeScenario(scenario: Scenario): ScenarioRecord {
  return {
    name: scenario.name,
    about: scenario.about,
    act: scenario.act,
    connections: 'connections' in scenario ? scenario.connections : 0,
    depth: 'pace' in scenario ? 1 : depthOf(scenario),
  }
}

function describeSubject(subject: Subject, version: string | undefined): SubjectRecord {
  const { name, about, install, acts, because = '' } = subject
  return { name, about, version: version ?? null, install, acts, because }
}

function versionOfNode(node: string): string {
  const { stdout, status } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  if (status !== 0) throw new UsageError(`--node: "${node}" doesn't run`)
  return stdout.trim()
}

function pathFor(given: string | undefined): string {
  if (given !== undefined) return resolve(given)
  return resolve(root, 'bench/results', `${new Date().toISOString().replaceAll(':', '-')}.json`)
}
