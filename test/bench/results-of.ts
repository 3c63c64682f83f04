import { type Doubt } from '../../bench/suite/doubt.js'
import { type Measurement } from '../../bench/suite/measurement.js'
import { type Metrics } from '../../bench/suite/metric.js'
import { type Results } from '../../bench/suite/results.js'

export const foreignLoad: Doubt = { code: 'FOREIGN_LOAD', text: '40 % of their time', spoils: 'all' }

export function measurement(
  scenario: string,
  subject: string,
  round: number,
  metrics: Metrics,
  doubts: readonly Doubt[] = [],
): Measurement {
  return { scenario, subject, round, at: '2026-11-25T12:00:00.000Z', metrics, doubts }
}

/** Results with these measurements, of subjects that can do everything. */
export function resultsOf(measurements: readonly Measurement[], subjects?: readonly string[]): Results {
  const named = (key: 'scenario' | 'subject') => [...new Set(measurements.map((one) => one[key]))]
  return {
    version: 1,
    environment: { date: '2026-11-25T12:00:00.000Z', cpu: 'a machine, 2 cores', kernel: 'Linux' },
    plan: { rounds: 5, seconds: 3, seed: 1, load: 'wrk' },
    scenarios: named('scenario').map((name) => ({
      name,
      about: `about ${name}`,
      act: 'hello',
      connections: 100,
      depth: name === 'pipelined' ? 24 : 1,
    })),
    subjects: (subjects ?? named('subject')).map((name) => ({
      name,
      about: `about ${name}`,
      version: '1.0.0',
      install: 'npm install',
      acts: ['hello'],
      because: '',
    })),
    measurements,
  }
}
