/** Giving the loop back: coroutines, and asking whether the slice is over. */
import { type Delay } from '#calandria/reactor/coroutine.js'
import { Reactor } from '#calandria/reactor/reactor.js'
import { Scope } from '#calandria/reactor/scope.js'
import { type AsyncCase, compareAsync } from './async-compare.js'

const OPERATIONS = 1000

const reactor = new Reactor()

/** In a slice of its own, which is not used up by it. */
async function ask(operations: number, isOver: () => boolean): Promise<number> {
  await reactor.yield()
  let asked = 0
  for (; asked < operations; asked++) if (isOver()) reactor.enter()
  return asked
}

const cases: readonly AsyncCase[] = [
  {
    input: 'wait once',
    operations: OPERATIONS,
    ways: [
      {
        name: 'await',
        run: async (operations) => {
          for (let i = 0; i < operations; i++) await Promise.resolve()
          return operations
        },
      },
      {
        name: 'setImmediate',
        run: async (operations) => {
          for (let i = 0; i < operations; i++) await new Promise(setImmediate)
          return operations
        },
      },
      {
        name: 'reactor.yield()',
        run: async (operations) => {
          for (let i = 0; i < operations; i++) await reactor.yield()
          return operations
        },
      },
      {
        name: 'coroutine, yield',
        run: (operations) =>
          Scope.run(reactor, function* () {
            for (let i = 0; i < operations; i++) yield
            return operations
          }),
      },
      {
        name: 'coroutine, yield a coroutine',
        run: (operations) =>
          Scope.run(reactor, function* () {
            function* nothing(): Generator<Delay, void> {
              // it returns at once
            }
            for (let i = 0; i < operations; i++) yield nothing()
            return operations
          }),
      },
    ],
  },
  {
    input: 'ask in a loop',
    operations: OPERATIONS,
    ways: [
      { name: 'isSliceOver', run: (operations) => ask(operations, () => reactor.isSliceOver) },
      { name: 'shouldYield()', run: (operations) => ask(operations, () => reactor.shouldYield()) },
    ],
  },
]

await compareAsync(import.meta.url, 'Giving the loop back, beside bare Node', cases)
