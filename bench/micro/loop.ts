/**
 * The loop's own benchmark: posting, timers, spawning and channels, each beside what bare Node does for the same end. Of
 * each: time, operations a second, and bytes allocated.
 */
import { Channel } from '#calandria/reactor/channel.js'
import { Reactor } from '#calandria/reactor/reactor.js'
import { Scope } from '#calandria/reactor/scope.js'
import { type AsyncCase, compareAsync } from './async-compare.js'

const OPERATIONS = 1000
/** So many that they are all due before the last one is armed: what is measured is work, not waiting. */
const TIMERS = 20_000

const reactor = new Reactor()
const { latency, background } = reactor.groups
const nothing = (): void => undefined

/** Calls `start` with a callback for every operation, and waits until each was called. */
function countdown(operations: number, start: (done: () => void, i: number) => void): Promise<number> {
  return new Promise((resolve) => {
    let left = operations
    const done = (): void => {
      if (--left === 0) resolve(operations)
    }
    for (let i = 0; i < operations; i++) start(done, i)
  })
}

function repeat(operations: number, operation: () => void): Promise<number> {
  for (let i = 0; i < operations; i++) operation()
  return Promise.resolve(operations)
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

/** Counts what has ended as {@link spawnAll} does, with nothing around it. */
async function promiseAll(operations: number): Promise<number> {
  let ended = 0
  await Promise.all(Array.from({ length: operations }, () => answer().then(() => ended++)))
  return ended
}

async function* values(operations: number): AsyncGenerator<number> {
  for (let i = 0; i < operations; i++) yield await Promise.resolve(1)
}

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

const cases: readonly AsyncCase[] = [
  {
    input: 'post and run',
    operations: OPERATIONS,
    ways: [
      { name: 'setImmediate', run: (n) => countdown(n, (done) => setImmediate(done)) },
      { name: 'promise', run: (n) => countdown(n, (done) => void Promise.resolve().then(done)) },
      { name: 'reactor.post', run: (n) => countdown(n, (done) => reactor.post(done)) },
      {
        name: 'post, two groups by turns',
        run: (n) => countdown(n, (done, i) => ((i & 1) === 0 ? latency : background).post(done)),
      },
    ],
  },
  {
    input: 'arm and cancel a timer',
    operations: OPERATIONS,
    ways: [
      { name: 'setTimeout', run: (n) => repeat(n, () => clearTimeout(setTimeout(nothing, 1000))) },
      { name: 'reactor.delay', run: (n) => repeat(n, () => reactor.delay(1000, nothing).cancel()) },
    ],
  },
  {
    input: 'arm a timer, which expires',
    operations: TIMERS,
    ways: [
      { name: 'setTimeout', run: (n) => countdown(n, (done) => setTimeout(done, 1)) },
      { name: 'reactor.delay', run: (n) => countdown(n, (done) => reactor.delay(1, done)) },
    ],
  },
  {
    input: 'spawn and join',
    operations: OPERATIONS,
    ways: [
      { name: 'Promise.all', run: promiseAll },
      { name: 'scope, async functions', run: (n) => spawnAll(n, answer) },
      {
        name: 'scope, coroutines',
        run: (n) =>
          spawnAll(n, function* () {
            yield Promise.resolve(1)
          }),
      },
    ],
  },
  {
    input: 'send and receive',
    operations: OPERATIONS,
    ways: [
      {
        name: 'async generator',
        run: async (n) => {
          let sum = 0
          for await (const value of values(n)) sum += value
          return sum
        },
      },
      { name: 'channel of 16, receive()', run: (n) => through(new Channel<number>(16), n) },
      { name: 'channel of 0, receive()', run: (n) => through(new Channel<number>(0), n) },
    ],
  },
]

await compareAsync(import.meta.url, 'The loop, beside bare Node', cases)
