import { EventEmitter } from 'node:events'
import type { Tinypool } from 'tinypool'
import { describe, expect, test } from 'vitest'
import { OffloadSlot } from '../../src/io/offload-slot.js'

/** A pool whose workers come and go when the test says so: a real one takes half a minute to end an idle worker. */
class StagedPool extends EventEmitter {
  static last: StagedPool
  threads: EventEmitter[] = []
  readonly results: ((result: unknown) => void)[] = []
  readonly failures: ((error: Error) => void)[] = []

  constructor() {
    super()
    StagedPool.last = this
  }

  run(): Promise<unknown> {
    if (this.threads.length === 0) this.threads = [new EventEmitter()]
    return new Promise((resolve, reject) => {
      this.results.push(resolve)
      this.failures.push(reject)
    })
  }

  destroy(): Promise<void> {
    return Promise.resolve()
  }
}

const WORK = { url: 'file:///work.mjs', input: 1, transferList: [] }

describe('a slot whose idle worker is being ended', () => {
  test('has another one for new work, which the end of the old one does not touch', async () => {
    const slot = new OffloadSlot(StagedPool as unknown as typeof Tinypool, 'thread')
    const pool = StagedPool.last
    const first = slot.run(WORK)
    pool.results[0]!('first')
    expect(await first).toBe('first')
    const [old] = pool.threads
    pool.threads = []
    const second = slot.run(WORK)
    old!.emit('exit')
    expect(slot.isGone).toBe(false)
    pool.results[1]!('second')
    expect(await second).toBe('second')
    pool.threads[0]!.emit('exit')
    expect(slot.isGone).toBe(true)
    await slot.ended
  })
})

test('a slot whose input could not be sent ends its worker, which the pool would keep for ever', async () => {
  const slot = new OffloadSlot(StagedPool as unknown as typeof Tinypool, 'thread')
  const work = slot.run(WORK)
  StagedPool.last.failures[0]!(new Error('a getter threw'))
  await expect(work).rejects.toMatchObject({ code: 'CAL_ERR_OFFLOAD_INPUT' })
  expect(slot.isGone).toBe(true)
  await slot.ended
})
