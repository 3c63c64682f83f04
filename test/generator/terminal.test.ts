import { expect, test } from 'vitest'
import type { LoadPlan } from '../../bench/generator/load-plan.js'
import { Histogram } from '../../bench/generator/histogram.js'
import { ProgressSum } from '../../bench/generator/progress-sum.js'
import { progressLine, TerminalProgress } from '../../bench/generator/terminal-progress.js'
import { sweepReport, textReport } from '../../bench/generator/text-report.js'
import { VirtualLoad } from './virtual-load.js'

const PROGRESS = {
  phase: 'measuring',
  elapsedMs: 5000,
  totalMs: 10_000,
  connectionsOpen: 100,
  responsesPerSecond: 51_234.4,
  p50: 1.234,
  p99: 5.6,
  errors: 3,
} as const

test('progress is one line: a bar, the phase, the rate, latencies and errors', () => {
  expect(progressLine(PROGRESS, 200)).toBe(
    '████████████░░░░░░░░░░░░ 50 %  measuring  100 open  51,234/s  p50 1.23 ms  p99 5.60 ms  3 errors',
  )
  expect(progressLine({ ...PROGRESS, elapsedMs: 20_000 }, 200)).toContain('100 %')
  expect(progressLine(PROGRESS, 30)).toHaveLength(30)
})

test('a terminal is left as it was', () => {
  let written = ''
  const progress = new TerminalProgress({ columns: 60, write: (text: string) => (written += text) })
  progress.clear()
  expect(written).toBe('')
  progress.show(PROGRESS)
  progress.clear()
  expect(written.startsWith('\r\x1b[K████')).toBe(true)
  expect(written.endsWith('\r\x1b[K')).toBe(true)
})

test('progress of several processes is summed once all have reported', () => {
  let now = 0
  const plan = { processes: 2, rampMs: 0, warmUpMs: 1000, durationMs: 9000 } as LoadPlan
  const sum = new ProgressSum(plan, () => now)
  sum.started(0)
  const part = (ms: number, count: number) => {
    const recent = new Histogram()
    recent.add(ms, count)
    return { phase: 'measuring', connectionsOpen: 5, errors: 1, recent: recent.data() } as const
  }
  now = 500
  expect(sum.add(0, part(1, 100))).toBeNull()
  expect(sum.add(1, part(3, 50))).toEqual({
    phase: 'measuring',
    elapsedMs: 500,
    totalMs: 10_000,
    connectionsOpen: 10,
    responsesPerSecond: 300,
    p50: 1,
    p99: 3,
    errors: 2,
  })
})

test('a report in text says what was found, what failed and what is doubted', async () => {
  const load: VirtualLoad = new VirtualLoad(
    (asked) => {
      if (asked.number === 5) asked.reply('', { status: 500 })
      else load.reactor.delay(5, () => asked.reply())
    },
    { connections: 2, rate: 100 },
  )
  const result = await load.run()
  const text = textReport(result)
  expect(text).toContain('http://server/  2 connections, 1 deep, open loop, 100 requests/s planned, 1.0 s')
  expect(text).toContain('99 of 100 requests answered well, 1 failed')
  expect(text).toMatch(/from plan +5\.000 .*\n +from send +5\.000/)
  expect(text).toMatch(/requests: status +1\n +at 0\.05 s, status: GET \/: status 500, expected 200 to 299/)
  expect(text).not.toContain('INVALID')

  const validity = { valid: false, reasons: [{ code: 'GENERATOR_CPU', message: 'too busy' }] } as const
  expect(textReport({ ...result, validity })).toContain('INVALID (GENERATOR_CPU): too busy')
  expect(sweepReport([result, { ...result, validity }])).toMatch(
    / 99 .* 1 +INVALID|5\.000 .*INVALID \(GENERATOR_CPU\)/s,
  )
})
