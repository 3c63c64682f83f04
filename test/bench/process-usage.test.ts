import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { usageOf, usedBetween } from '../../bench/suite/process-usage.js'

// it reads /proc, which other systems don't have
const describeOnLinux = process.platform === 'linux' ? describe : describe.skip

/** A process that says a line when it has done what it must, and then rests. */
async function resting(code: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', `${code}; setInterval(() => 0, 1000)`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGTERM'))
  await once(child.stdout, 'data')
  return child.pid!
}

describeOnLinux('what a process uses', () => {
  test('is found whatever it calls itself', async () => {
    const pid = await resting("process.title = 'a) R 1 (b'; console.log()")
    const usage = usageOf(pid)
    expect(usage?.rssBytes).toBeGreaterThan(2 ** 20)
    expect(usage?.cpuNs).toBeGreaterThan(0)
    expect(usage?.kernelShare).toBeGreaterThanOrEqual(0)
    expect(usage?.kernelShare).toBeLessThanOrEqual(1)
  })

  test('includes what its children use', async () => {
    const child = `
      const { spawn } = require('node:child_process')
      const code = 'globalThis.kept = Buffer.alloc(64 * 2 ** 20, 1); console.log(); setInterval(() => 0, 1000)'
      const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
      process.on('SIGTERM', () => { child.kill(); process.exit() })
      child.stdout.once('data', () => console.log())`
    const [alone, withChild] = [await resting('console.log()'), await resting(child)]
    expect(usageOf(withChild)!.rssBytes - usageOf(alone)!.rssBytes).toBeGreaterThan(64 * 2 ** 20)
  })

  test('is unknown once it is gone', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    expect(usageOf(child.pid!)).toBeUndefined()
  })
})

test('between two looks, user and kernel time add up to what was used', () => {
  const before = { cpuNs: 1000, kernelShare: 0.5, rssBytes: 1 }
  expect(usedBetween(before, { cpuNs: 3000, kernelShare: 0.25, rssBytes: 1 })).toEqual({
    userNs: 1750,
    kernelNs: 250,
  })
  // shares go in coarse steps: neither may fall below nothing
  expect(usedBetween(before, { cpuNs: 1100, kernelShare: 0.1, rssBytes: 1 })).toEqual({
    userNs: 100,
    kernelNs: 0,
  })
})
