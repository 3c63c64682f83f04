import { describe, expect, it } from 'vitest'
import type { Scope } from '../../src/reactor/scope.js'
import { get, VirtualServer } from './memory-client.js'

describe('request.scope', () => {
  it('asks two backends at the same time, joins, and answers', async () => {
    const virtual = new VirtualServer(async ({ scope }, response) => {
      const cached = scope.spawn(() => scope.sleep(20).then(() => 'cached'))
      const stored = scope.spawn(() => scope.sleep(30).then(() => 'stored'))
      response.json([await cached, await stored, virtual.clock.now()])
    })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(30)
    expect(client.answers()).toEqual(['200 ["cached","stored",30]'])
  })

  it('is the same one every time, and has the reactor of the server', async () => {
    const seen: unknown[] = []
    const virtual = new VirtualServer((asked, response) => {
      seen.push(asked.scope === asked.scope, asked.scope.reactor === virtual.reactor)
      response.send()
    })
    virtual.connect().send(get('/'))
    await virtual.settle()
    expect(seen).toEqual([true, true])
  })

  it('is cancelled when the client goes away, which is no error of the handler', async () => {
    const log: unknown[] = []
    let reason: unknown = null
    const virtual = new VirtualServer(async ({ scope }, response) => {
      void scope.spawn(() => scope.sleep(1000).catch((error: unknown) => (reason = error)))
      await scope.spawn(function* () {
        try {
          yield scope.sleep(2000)
        } finally {
          log.push(`tidy at ${virtual.clock.now()}`)
        }
      })
      response.send('never')
    })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(10)
    client.transport.abort()
    await virtual.settle()
    expect(reason).toMatchObject({ code: 'CAL_ERR_CLIENT_GONE' })
    expect(log).toEqual(['tidy at 10'])
    expect([virtual.errors, virtual.reactorErrors]).toEqual([[], []])
  })

  it('fails with the first of its tasks: the others are cancelled, the client gets 500, onError is told once', async () => {
    const failure = new Error('database')
    let cancelledAt = -1
    const virtual = new VirtualServer(async ({ scope }, response) => {
      void scope.spawn(() => scope.sleep(1000).catch(() => (cancelledAt = virtual.clock.now())))
      void scope.spawn(() => scope.sleep(10).then(() => Promise.reject(failure)))
      await scope.join()
      response.send('never')
    })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(10)
    expect(client.replies()[0]?.status).toBe(500)
    expect(cancelledAt).toBe(10)
    expect(virtual.errors).toEqual([failure])
  })

  it('tells onError once, also when the handler waits for the task itself', async () => {
    const failure = new Error('database')
    const virtual = new VirtualServer(async ({ scope }, response) => {
      response.send(await scope.spawn(() => scope.sleep(10).then(() => Promise.reject(failure))))
    })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(10)
    expect(client.replies()[0]?.status).toBe(500)
    expect(virtual.errors).toEqual([failure])
  })

  it('answers with 500 when a task had failed before the handler returned, and nobody answers', async () => {
    const failure = new Error('early')
    const virtual = new VirtualServer(async ({ scope }) => {
      void scope.spawn(() => Promise.reject(failure))
      await virtual.reactor.sleep(10)
    })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(10)
    expect(client.replies()[0]?.status).toBe(500)
    expect(virtual.errors).toEqual([failure])
  })

  it('answers with 500 when a task fails that should have answered after the handler has returned', async () => {
    const failure = new Error('in the background')
    const virtual = new VirtualServer(({ scope }, response) => {
      void scope.spawn(async () => {
        await scope.sleep(10)
        if (scope.signal.aborted) response.send('never')
        throw failure
      })
    })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(10)
    expect(client.replies()[0]?.status).toBe(500)
    expect(virtual.errors).toEqual([failure])
  })

  it('lets a task answer after the handler has returned, and ends with that answer', async () => {
    const log: unknown[] = []
    let kept!: Scope
    const virtual = new VirtualServer(({ scope }, response) => {
      kept = scope
      void scope.spawn(() => scope.sleep(1000).catch(() => log.push(`cancelled at ${virtual.clock.now()}`)))
      void scope.spawn(() => scope.sleep(10).then(() => response.send('late')))
    })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(10)
    expect(client.answers()).toEqual(['200 late'])
    expect(log).toEqual(['cancelled at 10'])
    expect(() => kept.spawn(() => 1)).toThrow(expect.objectContaining({ code: 'CAL_ERR_SCOPE_ENDED' }))
    expect(virtual.errors).toEqual([])
  })

  it('lives on as long as the handler runs, though the response is complete', async () => {
    const log: unknown[] = []
    const virtual = new VirtualServer(async ({ scope }, response) => {
      response.send('at once')
      await scope.spawn(() => scope.sleep(10))
      log.push(`audited at ${virtual.clock.now()}`)
      void scope.spawn(() => scope.sleep(10).catch(() => log.push(`cancelled at ${virtual.clock.now()}`)))
    })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(100)
    expect(client.answers()).toEqual(['200 at once'])
    expect(log).toEqual(['audited at 10', 'cancelled at 10'])
    expect(virtual.errors).toEqual([])
  })

  it('tells onError what a task throws that nobody has joined, though the response was complete', async () => {
    const failure = new Error('audit')
    const virtual = new VirtualServer(({ scope }, response) => {
      void scope.spawn(() => Promise.reject(failure))
      response.send('fine')
    })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 fine'])
    expect(virtual.errors).toEqual([failure])
  })

  it('is cancelled when the handler throws, and what its tasks throw then is told too', async () => {
    const failure = new Error('handler')
    const second = new Error('tidying up')
    const virtual = new VirtualServer(({ scope }) => {
      void scope.spawn(() => scope.sleep(1000).catch(() => Promise.reject(second)))
      throw failure
    })
    const client = virtual.connect().send(get('/'))
    await virtual.settle()
    expect(client.replies()[0]?.status).toBe(500)
    expect(virtual.errors).toEqual([failure, second])
  })

  it('belongs to one request: a pipelined neighbour is not touched', async () => {
    const virtual = new VirtualServer(async ({ scope, path }, response) => {
      await scope.spawn(() => scope.sleep(path === '/fails' ? 5 : 20))
      if (path === '/fails') throw new Error(path)
      response.send(path)
    })
    const client = virtual.connect().send(get('/a') + get('/fails') + get('/b'))
    await virtual.pass(20)
    expect(client.replies().map(({ status }) => status)).toEqual([200, 500, 200])
  })

  it('cancels the very task that completes the response before it first waits', async () => {
    const log: unknown[] = []
    let answer!: () => void
    const virtual = new VirtualServer(({ scope }, response) => {
      answer = () =>
        void scope.spawn(async () => {
          response.send('done')
          await scope.sleep(1000).catch(() => log.push(`cancelled at ${virtual.clock.now()}`))
        })
    })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(10)
    answer()
    await virtual.pass(10)
    expect(client.answers()).toEqual(['200 done'])
    expect(log).toEqual(['cancelled at 10'])
  })

  it('tells onError of what a coroutine had waited for when its client went, not the reactor', async () => {
    const failure = new Error('the database has gone too')
    const virtual = new VirtualServer(async ({ scope }) => {
      await scope.spawn(function* () {
        yield virtual.reactor.sleep(50).then(() => Promise.reject(failure))
      })
    })
    const client = virtual.connect().send(get('/'))
    await virtual.pass(10)
    client.transport.abort()
    await virtual.pass(50)
    expect(virtual.errors).toEqual([failure])
    expect(virtual.reactorErrors).toEqual([])
  })

  it.each(['at once', 'later', 'with an error'])(
    'is refused when it is first asked for after the handler has returned %s',
    async (how) => {
      let ask!: () => unknown
      const virtual = new VirtualServer((asked) => {
        ask = () => asked.scope
        if (how === 'with an error') throw new Error(how)
        return how === 'later' ? Promise.resolve() : undefined
      })
      virtual.connect().send(get('/'))
      await virtual.settle()
      expect(ask).toThrow(expect.objectContaining({ code: 'CAL_ERR_SCOPE_ENDED' }))
      expect(ask).toThrow('its handler has returned')
    },
  )
})
