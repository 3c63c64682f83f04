import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { root } from '../root.js'
import { type Environment } from './environment.js'
import { type Measurement } from './measurement.js'

/** Grows when a reader of older results would misread newer ones. */
export const RESULTS_VERSION = 1

/** A run, as it goes into a file: `results.schema.json` says the same to others. */
export interface Results {
  readonly version: typeof RESULTS_VERSION
  readonly environment: Environment
  readonly plan: Plan
  readonly scenarios: readonly ScenarioRecord[]
  readonly subjects: readonly SubjectRecord[]
  readonly measurements: readonly Measurement[]
}

/** What a run that is continued must have in common with its beginning. */
export interface Plan {
  readonly rounds: number
  readonly seconds: number
  readonly seed: number
  readonly load: string
}

export interface ScenarioRecord {
  readonly name: string
  readonly about: string
  readonly act: string
  /** 0 where it has no meaning. */
  readonly connections: number
  readonly depth: number
}

export interface SubjectRecord {
  readonly name: string
  readonly about: string
  /** `null`: not installed. */
  readonly version: string | null
  readonly install: string
  readonly acts: readonly string[]
  /** Why it has no other acts. */
  readonly because: string
}

/** A file that isn't what it should be. */
export class ResultsError extends Error {}

let validate: ReturnType<Ajv2020['compile']> | undefined

/** @throws ResultsError when a file can't be read, or holds no results */
export function readResults(path: string): Results {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ResultsError(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
  const complaint = complaintAbout(content)
  if (complaint !== undefined) throw new ResultsError(`${path} holds no results of version 1: ${complaint}`)
  return content as Results
}

/** @returns what is wrong with it, by the schema; undefined when nothing is */
export function complaintAbout(content: unknown): string | undefined {
  const schema = join(root, 'bench/results.schema.json')
  validate ??= new Ajv2020().compile(JSON.parse(readFileSync(schema, 'utf8')) as object)
  if (validate(content)) return undefined
  const [first] = validate.errors ?? []
  return `${first?.instancePath ?? ''} ${first?.message ?? ''}`.trim()
}
