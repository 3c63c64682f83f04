import { expect, it } from 'vitest'
import { ByteQueue } from '../../src/io/byte-queue.js'
import { seededBytes, seededRandom } from '../reactor/seed.js'

it('a queue of bytes gives back what was pushed, however it is cut', () => {
  const random = seededRandom(3)
  const queue = new ByteQueue()
  const pushed: Buffer[] = []
  const taken: Buffer[] = []
  for (let i = 0; i < 2000; i++) {
    const chunk = seededBytes(Math.floor(random() ** 3 * 300), i)
    pushed.push(chunk)
    queue.push(chunk)
    if (random() < 0.6) taken.push(queue.take(Math.floor(random() ** 2 * 500)))
  }
  taken.push(queue.take(queue.bytes))
  expect(queue.bytes).toBe(0)
  expect(Buffer.concat(taken).equals(Buffer.concat(pushed))).toBe(true)
})

it('a queue of bytes gives no more than there is, and counts what is left', () => {
  const queue = new ByteQueue()
  expect(queue.take(10).length).toBe(0)
  queue.push(Buffer.from('abc'))
  queue.push(Buffer.alloc(0))
  queue.push(Buffer.from('def'))
  expect([queue.take(4).toString(), queue.bytes]).toEqual(['abcd', 2])
  expect([queue.take(10).toString(), queue.bytes]).toEqual(['ef', 0])
})
