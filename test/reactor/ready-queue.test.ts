import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReadyQueue, type Task } from '../../src/reactor/ready-queue.js'
import './seed.js'

const makeTasks = (count: number): Task[] => Array.from({ length: count }, () => () => undefined)

describe('ReadyQueue', () => {
  it('gives tasks back in the order in which they came', () => {
    const queue = new ReadyQueue()
    const tasks = makeTasks(5)
    for (const task of tasks) queue.push(task)
    expect(tasks.map(() => queue.shift())).toEqual(tasks)
  })

  it('keeps the order when it grows by several segments, and when it was empty in the middle of one', () => {
    const queue = new ReadyQueue()
    const tasks = makeTasks(5000)
    for (const task of tasks.slice(0, 1500)) queue.push(task)
    const first = tasks.slice(0, 1000).map(() => queue.shift()) // near the end of the first segment of 1,024
    for (const task of tasks.slice(1500)) queue.push(task)
    expect(queue.size).toBe(4000)
    const rest = tasks.slice(1000).map(() => queue.shift())
    expect([...first, ...rest]).toEqual(tasks)
    for (const task of tasks) queue.push(task)
    expect(tasks.map(() => queue.shift())).toEqual(tasks)
  })

  it('gives undefined when it is empty, before and after use', () => {
    const queue = new ReadyQueue()
    expect(queue.shift()).toBeUndefined()
    queue.push(() => undefined)
    queue.shift()
    expect(queue.shift()).toBeUndefined()
    expect(queue.size).toBe(0)
  })

  it('does as an array does, whatever the order of pushes, shifts and unshifts', () => {
    const bursts = fc.array(fc.record({ push: fc.nat(1500), unshift: fc.nat(3), shift: fc.nat(1500) }), {
      maxLength: 30,
      size: 'max',
    })
    fc.assert(
      fc.property(bursts, (steps) => {
        const queue = new ReadyQueue()
        const model: Task[] = []
        for (const step of steps) {
          for (const task of makeTasks(step.push)) {
            queue.push(task)
            model.push(task)
          }
          for (const task of makeTasks(step.unshift)) {
            queue.unshift(task)
            model.unshift(task)
          }
          for (let i = 0; i < step.shift; i++) if (queue.shift() !== model.shift()) return false
          if (queue.size !== model.length) return false
        }
        return true
      }),
    )
  })
})
