/** A program: one of the servers under test. It does what the case says, and measures its own loop meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import { HoldMeter } from './hold-meter.js'
import { caseFrom, obey, reportReady } from './messages.js'
import type { Server } from './server.js'
import { IDLE_MS, type SubjectName, TASKS, TIMERS } from './worst-case.js'

/** Idle connections stay. */
const LONG_MS = 120_000
/** How often to look whether all have gone. */
const LOOK_MS = 20

const [name, caseText] = process.argv.slice(2) as [SubjectName, string]
const worstCase = caseFrom(caseText)
const { start } = (await import(`./${name}.js`)) as { start: (idleMs: number) => Promise<Server> }
const server = await start(worstCase.act === 'expire' ? IDLE_MS : LONG_MS)
const meter = new HoldMeter()

obey(async (order) => {
  if (order === 'begin') meter.start()
  if (order === 'act') await act()
  return order === 'end' ? { holds: meter.stop() } : {}
})
reportReady({ port: server.port })

async function act(): Promise<void> {
  switch (worstCase.act) {
    case 'timers':
      return countdown(TIMERS, (done) => server.arm(done))
    case 'tasks':
      return countdown(TASKS, (done) => server.post(done))
    case 'drain':
      return server.drain()
    case 'abort':
      return server.abort()
    case 'expire':
      while ((await server.connections()) > 0) await sleep(LOOK_MS)
      return
    case 'nothing':
      return
  }
}

/** Calls `start` with a callback for each of `count`, and waits until all were called. To call it is not measured. */
function countdown(count: number, start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    let left = count
    const done = (): void => {
      if (--left === 0) resolve()
    }
    for (let i = 0; i < count; i++) start(done)
    meter.forget()
  })
}
