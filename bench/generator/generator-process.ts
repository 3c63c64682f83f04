/**
 * The program of one generator process. It is led by messages; see `generator-processes.ts`.
 */
import { IoCounters, Reactor } from 'calandria'
import { llhttpEngine } from 'calandria/llhttp'
import { makeConnect } from './connecting.js'
import { Generator } from './generator.js'
import { type LoadPlan, shareOf } from './load-plan.js'
import type { Usage } from './measurement.js'
import type { Order, Report } from './process-messages.js'

const PROGRESS_EVERY_MS = 250

const reactor = new Reactor()
let generator: Generator | null = null

process.on('message', (order: Order) => {
  switch (order.kind) {
    case 'prepare':
      void prepare(order.plan, order.process)
      break
    case 'start':
      void run(order.atEpochMs)
      break
    case 'stop':
      generator?.stop()
  }
})
// Who leads was killed: nobody is to go on loading a server.
process.on('disconnect', () => process.exit())
// Ctrl-C reaches every process of the terminal; who leads decides what it means.
process.on('SIGINT', () => undefined)

async function prepare(plan: LoadPlan, index: number): Promise<void> {
  try {
    const counters = new IoCounters()
    const firstSource = Array.from({ length: index }, (_, i) => shareOf(plan.connections, i, plan.processes))
    const connect = makeConnect(
      reactor,
      plan.target,
      plan.sources,
      firstSource.reduce((sum, share) => sum + share, 0),
      counters,
    )
    const engine = await llhttpEngine()
    generator = new Generator({ reactor, connect, counters, engine, usage, pid: process.pid }, plan, index)
    setInterval(reportProgress, PROGRESS_EVERY_MS).unref()
    await generator.open()
    report({ kind: 'ready' })
  } catch (error) {
    const { code = null, message } = error as { readonly code?: string; readonly message: string }
    report({ kind: 'failed', code, message })
  }
}

async function run(atEpochMs: number): Promise<void> {
  const running = generator as Generator
  const startAt = atEpochMs - performance.timeOrigin
  const measurement = await running.run(startAt)
  report({ kind: 'result', measurement })
}

function reportProgress(): void {
  const { phase, connectionsOpen, recorder } = generator as Generator
  const recent = recorder.takeRecent()
  report({ kind: 'progress', progress: { phase, connectionsOpen, errors: recorder.errors, recent } })
}

function report(message: Report): void {
  process.send?.(message)
}

function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return { userMs: user / 1000, kernelMs: system / 1000, residentBytes: process.memoryUsage.rss() }
}
