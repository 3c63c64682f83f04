import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { threadCpuClock } from '../../bench/blocking/thread-cpu.js'

/** Works for a tenth of a second of CPU time, whoever is billed for it. */
const BUSY = `
  const start = process.cpuUsage().user
  while (process.cpuUsage().user - start < 100_000);
`

describe("the clock of a thread's CPU time", () => {
  it('goes on while the thread works', () => {
    const now = threadCpuClock()
    const started = now()
    while (now() === started);
    expect(now()).toBeGreaterThan(started)
  })

  it('has nothing of what other threads do', async () => {
    const now = threadCpuClock()
    const [thread, process_] = [now(), process.cpuUsage()]
    await once(new Worker(BUSY, { eval: true }), 'exit')
    const { user, system } = process.cpuUsage(process_)
    expect(now() - thread).toBeLessThan((user + system) / 1000 - 50)
  })
})
