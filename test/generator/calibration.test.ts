import { describe, expect, test } from 'vitest'
import { delayChecks, stallChecks } from '../../bench/generator/calibration-checks.js'
import { calibrationReport, doubtUncalibrated } from '../../bench/generator/calibration.js'
import { DELAY_MS, STALL_MS, STALL_PERIOD_MS } from '../../bench/generator/calibration-delays.js'
import { DelayRecord } from '../../bench/generator/delay-record.js'
import { VirtualLoad } from './virtual-load.js'

/** What a server of the calibration says of itself. */
const KNOWN = { p50: DELAY_MS, p99: DELAY_MS }

/** A server with known delays; `error` is how far they are from what they should be. */
function delayed(error: number, options: { rate?: number }): VirtualLoad {
  const load: VirtualLoad = new VirtualLoad(
    ({ reply }) => void load.reactor.delay(DELAY_MS * (1 + error), () => reply()),
    { connections: 50, durationMs: 1500, warmUpMs: 300, ...options },
  )
  return load
}

function stalling(stallMs: number): VirtualLoad {
  const load: VirtualLoad = new VirtualLoad(
    ({ reply }) => {
      const phase = load.clock.now() % STALL_PERIOD_MS
      const left = phase >= 2000 && phase < 2000 + stallMs ? 2000 + stallMs - phase : 0
      if (left === 0) reply()
      else load.reactor.delay(left, () => reply())
    },
    { connections: 20, depth: 64, rate: 1000, durationMs: STALL_PERIOD_MS, warmUpMs: 500 },
  )
  return load
}

describe('a calibration', () => {
  test('passes with the delays that are known, in a closed and in an open loop', async () => {
    const closed = delayChecks('closed', await delayed(0, {}).run(), KNOWN)
    const open = delayChecks('open', await delayed(0, { rate: 400 }).run(), KNOWN)
    expect([...closed, ...open].filter(({ passed }) => !passed)).toEqual([])
  })

  test('passes with a stall of a second in ten', async () => {
    const checks = stallChecks(await stalling(STALL_MS).run())
    expect(checks.map(({ expected }) => Math.round(expected))).toEqual([500, 900, 990])
    expect(checks.every(({ passed }) => passed)).toBe(true)
  })

  test.each([0.04, -0.04])('fails where a delay is off by %d', async (error) => {
    const checks = delayChecks('open', await delayed(error, { rate: 400 }).run(), KNOWN)
    expect(checks.filter(({ passed }) => !passed).length).toBeGreaterThanOrEqual(3)
  })

  test('finds what the server says that it did, and fails where that is not 100 ms', async () => {
    const result = await delayed(0.06, { rate: 400 }).run()
    const checks = delayChecks('open', result, { p50: 1.06 * DELAY_MS, p99: 1.06 * DELAY_MS })
    const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name)
    expect(failed).toContain('open: p50 of the server, ms')
    expect(failed).not.toContain('open: p99 from plan, ms')
  })

  test('fails where the server says nothing', async () => {
    const nothing = new DelayRecord().latest(1000)
    const checks = delayChecks('open', await delayed(0, { rate: 400 }).run(), nothing)
    expect(checks.filter(({ passed }) => !passed).length).toBe(2)
  })

  test('fails where a stall is longer than it should be', async () => {
    const checks = stallChecks(await stalling(1.1 * STALL_MS).run())
    expect(checks.map(({ passed }) => passed)).toEqual([false, false, false])
  })

  test('that failed makes results INVALID; one that passed leaves them alone', async () => {
    const result = await delayed(0, {}).run()
    const checks = delayChecks('closed loop', await delayed(0.1, {}).run(), KNOWN)
    const failed = { passed: false, checks, results: [] }
    const { validity } = doubtUncalibrated(result, failed)
    expect(validity.valid).toBe(false)
    expect(validity.reasons.map(({ code }) => code)).toEqual(['NOT_CALIBRATED'])
    expect(doubtUncalibrated(result, { ...failed, passed: true })).toBe(result)
    expect(calibrationReport(failed)).toMatch(
      /FAILED closed loop: p50 from plan, ms +expected +100\.0, measured +110\.\d/,
    )
  })
})

describe('the record of delays', () => {
  test('counts what is in the window', () => {
    const record = new DelayRecord()
    for (let i = 0; i < 50; i++) record.add(i, 900) // warm-up
    for (let i = 1; i <= 100; i++) record.add(1000 + i, 101 - i)
    const { p50, p99 } = record.latest(100)
    expect([p50, p99].map(Math.round)).toEqual([50, 99])
  })
})
