/** The loop's own work: posting, coroutines, scopes and channels, each beside what bare Node would do. */
import { Channel } from '#calandria/reactor/channel.js'
import { type Delay } from '#calandria/reactor/coroutine.js'
import { Reactor } from '#calandria/reactor/reactor.js'
import { Scope } from '#calandria/reactor/scope.js'
import { print, summarize, type Row } from './report.js'

const OPERATIONS = 1000
const ROUNDS = 60
const WARM_UP_ROUNDS = 20

const reactor = new Reactor()

interface Way {
  readonly name: string
  /** Does it so many times. @returns a number that must be the same for all ways */
  readonly run: (operations: number) => Promise<number>
}

interface Case {
  readonly input: string
  /** The first is bare Node. */
  readonly ways: readonly Way[]
}

/** Calls `start` with a callback for every operation, and waits until each was called. */
function countdown(operations: number, start: (done: () => void) => void): Promise<number> {
  return new Promise((resolve) => {
    let left = operations
    const done = (): void => {
      if (--left === 0) resolve(operations)
    }
    for (let i = 0; i < operations; i++) start(done)
  })
}

async function spawnAll(operations: number, task: () => unknown): Promise<number> {
  let ended = 0
  await Scope.run(reactor, (scope) => {
    for (let i = 0; i < operations; i++) void scope.spawn(task).then(() => ended++)
  })
  return ended
}

async function answer(): Promise<number> {
  return Promise.resolve(1)
}

const cases: readonly Case[] = [
  {
    input: 'post and run',
    ways: [
      { name: 'setImmediate', run: (operations) => countdown(operations, (done) => setImmediate(done)) },
      { name: 'reactor.post', run: (operations) => countdown(operations, (done) => reactor.post(done)) },
    ],
  },
  {
    input: 'arm and cancel',
    ways: [
      {
        name: 'setTimeout',
        run: (operations) => {
          for (let i = 0; i < operations; i++) clearTimeout(setTimeout(() => undefined, 1000))
          return Promise.resolve(operations)
        },
      },
      {
        name: 'reactor.delay',
        run: (operations) => {
          for (let i = 0; i < operations; i++) reactor.delay(1000, () => undefined).cancel()
          return Promise.resolve(operations)
        },
      },
    ],
  },
  {
    input: 'spawn and join',
    ways: [
      {
        name: 'Promise.all',
        run: async (operations) => {
          const results = await Promise.all(Array.from({ length: operations }, answer))
          return results.length
        },
      },
      { name: 'scope, async functions', run: (operations) => spawnAll(operations, answer) },
      {
        name: 'scope, coroutines',
        run: (operations) =>
          spawnAll(operations, function* () {
            yield Promise.resolve(1)
          }),
      },
    ],
  },
  {
    input: 'wait once',
    ways: [
      {
        name: 'await',
        run: async (operations) => {
          for (let i = 0; i < operations; i++) await Promise.resolve()
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
    input: 'send and receive',
    ways: [
      {
        name: 'async generator',
        run: async (operations) => {
          async function* values(): AsyncGenerator<number> {
            for (let i = 0; i < operations; i++) yield await Promise.resolve(1)
          }
          let sum = 0
          for await (const value of values()) sum += value
          return sum
        },
      },
      { name: 'channel of 16, receive()', run: (operations) => through(new Channel<number>(16), operations) },
      { name: 'channel of 0, receive()', run: (operations) => through(new Channel<number>(0), operations) },
    ],
  },
  {
    input: 'ask in a loop',
    ways: [
      { name: 'isSliceOver', run: (operations) => ask(operations, () => reactor.isSliceOver) },
      { name: 'shouldYield()', run: (operations) => ask(operations, () => reactor.shouldYield()) },
    ],
  },
]

async function through(channel: Channel<number>, operations: number): Promise<number> {
  let sum = 0
  await Promise.all([
    (async () => {
      for (let i = 0; i < operations; i++) await channel.send(1)
    })(),
    (async () => {
      for (let i = 0; i < operations; i++) sum += await channel.receive()
    })(),
  ])
  return sum
}

/** In a slice of its own, which is not used up by it. */
async function ask(operations: number, isOver: () => boolean): Promise<number> {
  await reactor.yield()
  let asked = 0
  for (; asked < operations; asked++) if (isOver()) reactor.enter()
  return asked
}

/** The ways take turns, each round in another order. */
async function measure({ input, ways }: Case): Promise<Row[]> {
  const rounds = ways.map(() => new Float64Array(ROUNDS))
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const i = (Math.abs(round) + turn) % ways.length
      const way = ways[i]!
      const start = performance.now()
      const result = await way.run(OPERATIONS)
      const elapsedNs = (performance.now() - start) * 1e6
      if (result !== OPERATIONS) throw new Error(`${way.name}: ${result} in place of ${OPERATIONS}`)
      if (round >= 0) rounds[i]![round] = elapsedNs / OPERATIONS
    }
  }
  return summarize(
    input,
    ways.map(({ name }) => name),
    rounds,
  )
}

const rows: Row[] = []
for (const one of cases) rows.push(...(await measure(one)))
print({ title: 'Tasks of the reactor, beside bare Node', unit: 'operation', rows })
