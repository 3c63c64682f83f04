import { describe, expect, onTestFinished } from 'vitest'
import { createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectUnix, type Handler, Reactor, Scope, type TransportListener } from '../../src/index.js'
import { GET, holdLoop, inCheckPhase, inPollPhase, Log, serveAt } from './order-kit.js'
import { Statements } from './statements.js'

const statements = new Statements('architecture.md')
const { test } = statements

/** Code that runs for the first time is slow, and would be cut in the middle. */
const unhurried = (): Reactor => new Reactor({ timeSliceMs: 10_000 })

describe('Node\u2019s queues and the reactor\u2019s', () => {
  test(1, async () => {
    const log = new Log()
    inCheckPhase(() => {
      log.leave('first')
      log.note('first')
    })
    inCheckPhase(log.noting('second'))
    expect(await log.has(4)).toEqual(['first', 'first: nextTick', 'first: promise', 'second'])
  })

  test(2, async () => {
    const log = new Log()
    const reactor = unhurried()
    for (const name of ['a', 'b']) {
      reactor.post(() => {
        log.leave(name)
        log.note(name)
      })
    }
    reactor.markDirty({ isDirty: false, flush: log.noting('flush') })
    expect(await log.has(7)).toEqual([
      ...['a', 'b', 'flush'],
      ...['a: nextTick', 'b: nextTick', 'a: promise', 'b: promise'],
    ])
  })

  test(3, async () => {
    const log = new Log()
    const reactor = unhurried()
    reactor.post(() => {
      log.note('first')
      reactor.post(log.noting('posted by the first'))
      process.nextTick(log.noting('nextTick'))
    })
    reactor.post(log.noting('second'))
    expect(await log.has(4)).toEqual(['first', 'second', 'nextTick', 'posted by the first'])
  })

  test(4, async () => {
    const log = new Log()
    const reactor = unhurried()
    reactor.post(() => {
      reactor.post(log.noting('task'))
      setImmediate(log.noting('immediate'))
    })
    expect(await log.has(2)).toEqual(['immediate', 'task'])
  })

  test(5, async () => {
    const log = new Log()
    const reactor = unhurried()
    setImmediate(log.noting('immediate, before'))
    reactor.post(log.noting('task'))
    setImmediate(log.noting('immediate, after'))
    reactor.post(log.noting('second task'))
    expect(await log.has(4)).toEqual(['immediate, before', 'task', 'second task', 'immediate, after'])
  })

  test(6, async () => {
    for (const inPhase of [inPollPhase, inCheckPhase]) {
      const log = new Log()
      const reactor = unhurried()
      inPhase(() => {
        setTimeout(log.noting('timeout'), 100) // a shorter one would be in time when the loop is held
        reactor.post(log.noting('task'))
      })
      expect(await log.has(2)).toEqual(['task', 'timeout'])
    }
  })
})

describe('Sockets', () => {
  /** Notes which handler runs, by its turn, and leaves something to Node's queues. */
  const noting = (log: Log): Handler => {
    let requests = 0
    return (_request, response) => {
      const name = `request ${++requests}`
      log.leave(name)
      log.note(name)
      response.send('')
    }
  }

  test(7, async () => {
    const log = new Log()
    const { client } = await serveAt(unhurried(), noting(log))
    const socket = await client()
    socket.write(GET.repeat(2))
    expect(await log.has(6)).toEqual([
      ...['request 1', 'request 2'],
      ...['request 1: nextTick', 'request 2: nextTick', 'request 1: promise', 'request 2: promise'],
    ])
  })

  test(8, async () => {
    const log = new Log()
    const reactor = unhurried()
    reactor.instrument({
      flushStarted: (_now, _connection, _bytes, replies) => log.note(`flush of ${replies}`),
    })
    const { client } = await serveAt(reactor, noting(log))
    const socket = await client()
    socket.write(GET.repeat(2))
    expect((await log.has(7)).slice(-5)).toEqual([
      'flush of 2',
      ...['request 1: nextTick', 'request 2: nextTick', 'request 1: promise', 'request 2: promise'],
    ])
  })

  test(9, async () => {
    const log = new Log()
    const { client } = await serveAt(unhurried(), noting(log))
    const sockets = [await client(), await client()]
    for (const socket of sockets) socket.write(GET)
    expect(await log.has(6)).toEqual(
      ['request 1', 'request 2'].flatMap((name) => [name, `${name}: nextTick`, `${name}: promise`]),
    )
  })

  test(10, async () => {
    const log = new Log()
    const reactor = unhurried()
    reactor.instrument({
      flushStarted: (_now, _connection, _bytes, replies) => log.note(`flush of ${replies}`),
    })
    const { client } = await serveAt(reactor, async (_request, response) => {
      await Promise.resolve()
      response.send('')
      log.note('reply')
      setImmediate(log.noting('immediate'))
    })
    const sockets = [await client(), await client()]
    sockets[0]!.write(GET.repeat(2))
    sockets[1]!.write(GET)
    expect(await log.has(8)).toEqual([
      ...['reply', 'reply', 'reply', 'flush of 2', 'flush of 1', 'immediate', 'immediate', 'immediate'],
    ])
  })

  test(11, async () => {
    const log = new Log()
    const reactor = unhurried()
    const { client } = await serveAt(reactor, (_request, response) => {
      reactor.post(() => log.note(`task in turn ${reactor.statistics().turns}`))
      process.nextTick(log.noting('nextTick'))
      response.send('')
    })
    const sockets = [await client(), await client(), await client()]
    for (const socket of sockets) socket.write(GET)
    const entries = await log.has(6)
    expect(entries.slice(0, 3)).toEqual(['nextTick', 'nextTick', 'nextTick'])
    expect(new Set(entries.slice(3)).size).toBe(1)
  })

  /** A connection whose peer is bare Node, and does as it is told. */
  async function pair(reactor: Reactor, listener: Partial<TransportListener>, allowHalfOpen = false) {
    const folder = mkdtempSync(join(tmpdir(), 'calandria-'))
    const path = join(folder, 'x.sock')
    const server = createServer({ allowHalfOpen }).listen(path)
    onTestFinished(() => {
      server.close()
      rmSync(folder, { recursive: true })
    })
    await once(server, 'listening')
    const accepted = once(server, 'connection') as Promise<[Socket]>
    const transport = await connectUnix(reactor, { path })
    const nothing = (): void => undefined
    transport.attach({ onBytes: nothing, onDrain: nothing, onEnd: nothing, onClose: nothing, ...listener })
    const [peer] = await accepted
    onTestFinished(() => void peer.destroy())
    return { transport, peer }
  }

  test(12, async () => {
    const log = new Log()
    const reactor = unhurried()
    const { transport, peer } = await pair(reactor, {
      onDrain() {
        reactor.post(log.noting('task'))
        log.leave('drain')
        setImmediate(log.noting('immediate'))
        log.note('drain')
      },
    })
    const block = Buffer.alloc(1 << 20)
    while (transport.write(block));
    peer.resume()
    expect(await log.has(5)).toEqual(['drain', 'drain: nextTick', 'drain: promise', 'task', 'immediate'])
  })

  test(13, async () => {
    const log = new Log()
    const reactor = unhurried()
    const { transport, peer } = await pair(reactor, {
      onEnd() {
        reactor.post(log.noting('task'))
        log.leave('end')
        log.note('end')
        transport.end()
      },
      onClose: log.noting('close'),
    })
    peer.end()
    peer.resume()
    expect(await log.has(5)).toEqual(['end', 'end: nextTick', 'end: promise', 'task', 'close'])
  })
})

describe('Timers', () => {
  test(14, async () => {
    const log = new Log()
    const reactor = unhurried()
    inPollPhase(() => {
      for (const name of ['timer 1', 'timer 2']) {
        reactor.delay(1, () => {
          log.leave(name)
          log.note(name)
        })
      }
      holdLoop(5)
      reactor.post(log.noting('task'))
    })
    expect((await log.has(7)).slice(0, 5)).toEqual([
      ...['task', 'timer 1', 'timer 2', 'timer 1: nextTick', 'timer 2: nextTick'],
    ])
  })

  test(15, async () => {
    const log = new Log()
    const reactor = unhurried()
    inCheckPhase(() => {
      reactor.delay(1, log.noting('timer'))
      reactor.post(log.noting('task'))
      setImmediate(log.noting('immediate'))
      holdLoop(5)
    })
    expect(await log.has(3)).toEqual(['task', 'timer', 'immediate'])
  })

  test(16, async () => {
    const log = new Log()
    const reactor = unhurried()
    const armed: { readonly name: string; readonly dueTick: number }[] = []
    inCheckPhase(() => {
      const started = reactor.clock.now()
      // The machine may pause between two calls: a moment that has passed is due at the next tick, wherever that is.
      const armAt = (moment: number, name: string) => {
        const ms = Math.max(moment - reactor.clock.now(), 0)
        const { dueTick } = reactor.delay(ms, log.noting(name))
        expect(dueTick).toBeGreaterThanOrEqual(Math.ceil(moment))
        armed.push({ name, dueTick })
        return dueTick
      }
      armAt(started + 30, 'third')
      armAt(started + 20, 'second')
      const first = armAt(started + 10, 'first')
      for (const name of ['of one tick: a', 'of one tick: b']) armAt(first + 30, name)
      holdLoop(45)
    })
    const ran = await log.has(5)
    // Sorting is stable: of one tick, what was armed first.
    expect(ran).toEqual([...armed].sort((a, b) => a.dueTick - b.dueTick).map(({ name }) => name))
  })

  test(17, async () => {
    const fromPoll = new Log()
    const fromCheck = new Log()
    for (const [log, inPhase] of [
      [fromPoll, inPollPhase],
      [fromCheck, inCheckPhase],
    ] as const) {
      const reactor = unhurried()
      inPhase(() => {
        setTimeout(log.noting('setTimeout'), 2)
        reactor.delay(2, log.noting('timer'))
        reactor.post(() => undefined)
        holdLoop(8)
      })
      await log.has(2)
    }
    expect(fromPoll.entries).toEqual(['timer', 'setTimeout'])
    expect(fromCheck.entries).toEqual(['setTimeout', 'timer'])
  })
})

describe('Who gives the loop back', () => {
  test(18, async () => {
    const log = new Log()
    const reactor = unhurried()
    const running = Scope.run(reactor, function* () {
      yield Promise.resolve()
      log.note('coroutine')
    })
    inCheckPhase(() => {
      void (async () => {
        await Promise.resolve()
        log.note('await')
      })()
    })
    inCheckPhase(log.noting('next callback'))
    void Promise.resolve().then(log.noting('promise'))
    await running
    expect(await log.has(4)).toEqual(['promise', 'await', 'next callback', 'coroutine'])
  })

  test(19, async () => {
    const log = new Log()
    const reactor = unhurried()
    reactor.post(() => {
      log.leave('before')
    })
    const running = reactor.yield().then(log.noting('goes on'))
    reactor.post(log.noting('task'))
    reactor.markDirty({ isDirty: false, flush: log.noting('flush') })
    setImmediate(log.noting('next callback'))
    await running
    expect(await log.has(6)).toEqual([
      ...['task', 'flush', 'before: nextTick', 'before: promise', 'goes on', 'next callback'],
    ])
  })

  test(20, async () => {
    const log = new Log()
    const reactor = unhurried()
    const running = (async () => {
      await reactor.yield()
      log.note('goes on')
      setImmediate(log.noting('immediate'))
      await reactor.yield()
      log.note('goes on again')
    })()
    setImmediate(log.noting('same round'))
    await running
    expect(await log.has(4)).toEqual(['goes on', 'same round', 'immediate', 'goes on again'])
  })

  test(21, async () => {
    const log = new Log()
    const reactor = unhurried()
    const { latency, background } = reactor.groups
    for (const group of [background, latency]) {
      group.post(log.noting(`${group.name} 1`))
      group.delay(1, log.noting(`${group.name} timer`))
      group.post(log.noting(`${group.name} 2`))
    }
    holdLoop(5)
    const entries = await log.has(6)
    for (const { name } of [latency, background]) {
      const own = entries.filter((entry) => entry.startsWith(name))
      expect(own).toEqual([`${name} 1`, `${name} 2`, `${name} timer`])
    }
  })
})

statements.mustBeComplete()
