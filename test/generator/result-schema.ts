import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect } from 'vitest'
import type { LoadResult } from '../../bench/generator/load-result.js'

const file = new URL('../../bench/generator/load-result.schema.json', import.meta.url)
const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(file, 'utf8')) as object)

/** Asserts that this is a result as its schema has it, and that its numbers fit together. */
export function expectResult(json: unknown): asserts json is LoadResult {
  validate(json)
  expect(validate.errors ?? []).toEqual([])
  const { counts, validity, latency, timeline, seconds, interrupted } = json as LoadResult
  expect(counts.answered + counts.failed).toBe(counts.planned)
  expect(validity.valid).toBe(validity.reasons.length === 0)
  expect(latency.fromPlan.count).toBeGreaterThanOrEqual(counts.answered)
  if (!interrupted) expect(timeline).toHaveLength(Math.ceil(seconds))
}
