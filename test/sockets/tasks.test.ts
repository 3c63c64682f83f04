import { describe, expect, it } from 'vitest'
import { Channel, Delay, type ListeningServer, Scope } from '../../src/index.js'
import { RawClient } from './raw-client.js'
import { get } from './requests.js'
import { startServer } from './started-server.js'

/** A gate that a test opens. */
function makeGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open!: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}

async function ask(backend: ListeningServer, path: string, { signal }: Scope): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${backend.address.port}${path}`, { signal })
  return response.text()
}

describe('tasks on real sockets', () => {
  it('ask two backends at the same time, join, and answer', async () => {
    const both = makeGate()
    let waiting = 0
    const backend = await startServer({
      handler: async ({ path }, response) => {
        if (++waiting === 2) both.open() // one after the other would never end
        await both.opened
        response.send(path)
      },
    })
    const server = await startServer({
      handler: async ({ scope }, response) => {
        const first = scope.spawn((scope) => ask(backend, '/first', scope))
        const second = scope.spawn((scope) => ask(backend, '/second', scope))
        response.json([await first, await second])
      },
    })
    const client = (await RawClient.connect(server)).send(get('/'))
    expect((await client.reply()).body.toString()).toBe('["/first","/second"]')
  })

  it('are cancelled in the middle of asking a backend when the client goes away', async () => {
    const asked = makeGate()
    const cancelled = makeGate()
    const backend = await startServer({ handler: () => asked.open() }) // and never answers
    let reason: unknown = null
    const errors: unknown[] = []
    const server = await startServer({
      handler: async ({ scope }, response) => {
        const answer = scope.spawn((scope) => ask(backend, '/', scope))
        await answer.catch((error: unknown) => {
          reason = error
          cancelled.open()
        })
        response.send(await answer)
      },
      onError: (error) => errors.push(error),
    })
    const client = (await RawClient.connect(server)).send(get('/'))
    await asked.opened
    client.socket.resetAndDestroy()
    await cancelled.opened
    expect(reason).toMatchObject({ code: 'CAL_ERR_CLIENT_GONE' })
    expect(errors).toEqual([])
  })

  it('leave a server able to answer beside a loop that only yields', async () => {
    let isAsked = false
    const server = await startServer({
      handler: (_request, response) => {
        isAsked = true
        response.send('heard')
      },
    })
    const { reactor } = server
    const client = await RawClient.connect(server)
    const loops = [1, 2].map(async () => {
      while (!isAsked) if (reactor.shouldYield()) await reactor.yield()
    })
    const coroutine = Scope.run(reactor, function* () {
      while (!isAsked) yield
    })
    client.send(get('/'))
    expect((await client.reply()).body.toString()).toBe('heard')
    await Promise.all([...loops, coroutine])
  })

  it('stream through a channel, from a coroutine that waits for timers, at the pace of the client', async () => {
    const server = await startServer({
      handler: async ({ scope }, response) => {
        const pieces = new Channel<string>(2)
        void scope.spawn(function* () {
          for (let i = 0; i < 10; i++) {
            yield new Delay(1)
            yield pieces.send(`${i};`, scope)
          }
          pieces.close()
        })
        await response.stream(pieces)
      },
    })
    const text = await (await fetch(`http://127.0.0.1:${server.address.port}/`)).text()
    expect(text).toBe('0;1;2;3;4;5;6;7;8;9;')
  })
})
