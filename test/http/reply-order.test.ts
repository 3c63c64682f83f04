import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Gate, get, VirtualServer } from './memory-client.js'

/** Handlers that answer when the test says so, in whatever order. */
function gated(limits = {}): { virtual: VirtualServer; gates: Map<string, Gate>; started: string[] } {
  const gates = new Map<string, Gate>()
  const started: string[] = []
  const virtual = new VirtualServer(
    async (asked, response) => {
      const gate = new Gate()
      gates.set(asked.path, gate)
      started.push(asked.path)
      await gate.opened
      response.send(asked.path)
    },
    { limits },
  )
  return { virtual, gates, started }
}

describe('replies', () => {
  it('come in the order of the requests, however their handlers finish (deno std#331)', async () => {
    const { virtual, gates } = gated()
    const client = virtual.connect().send(get('/a') + get('/b') + get('/c'))
    await virtual.settle()
    gates.get('/c')!.open()
    await virtual.settle()
    gates.get('/b')!.open()
    await virtual.settle()
    expect(client.text).toBe('')
    gates.get('/a')!.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /a', '200 /b', '200 /c'])
    expect(client.writes).toBe(1)
  })

  const seed = Number(process.env['FUZZ_SEED'] ?? 9112)
  it(`come in the order of the requests, for any order of finishing (seed ${seed})`, async () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 })
    await fc.assert(
      fc.asyncProperty(order, async (finishing) => {
        const { virtual, gates } = gated()
        const paths = finishing.map((_, i) => `/${i}`)
        const client = virtual.connect().send(paths.map((path) => get(path)).join(''))
        await virtual.settle()
        const finished = new Set<number>()
        for (const one of finishing) {
          gates.get(`/${one}`)!.open()
          finished.add(one)
          await virtual.settle()
          let whole = 0
          while (finished.has(whole)) whole++
          expect(client.answers()).toEqual(paths.slice(0, whole).map((path) => `200 ${path}`))
        }
      }),
      { seed, numRuns: 30 },
    )
  })

  it('of fast handlers wait behind a slow async one, and leave with it in one write', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer((asked, response) => {
      if (asked.path !== '/slow') {
        response.send(asked.path)
        return
      }
      return gate.opened.then(() => response.send('slow'))
    })
    const client = virtual.connect().send(get('/slow') + get('/a').repeat(50))
    await virtual.settle()
    expect(client.writes).toBe(0)
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 slow', ...Array.from({ length: 50 }, () => '200 /a')])
    expect(client.writes).toBe(1)
  })

  it('of one connection never wait for another connection', async () => {
    const { virtual, gates } = gated()
    const [one, other] = [virtual.connect().send(get('/a')), virtual.connect().send(get('/b'))]
    await virtual.settle()
    gates.get('/b')!.open()
    await virtual.settle()
    expect([one.text, ...other.answers()]).toEqual(['', '200 /b'])
  })
})

describe('async handlers of one connection', () => {
  it('run side by side: 200 delays take as long as the longest', async () => {
    const virtual = new VirtualServer(async (asked, response) => {
      await virtual.reactor.sleep(Number(asked.query.get('ms')))
      response.send(asked.target)
    })
    const delays = Array.from({ length: 200 }, (_, i) => ((i * 7919) % 97) + 3)
    const client = virtual.connect().send(delays.map((ms) => get(`/?ms=${ms}`)).join(''))
    await virtual.pass(Math.max(...delays))
    expect(client.answers()).toEqual(delays.map((ms) => `200 /?ms=${ms}`))
  })

  it('are at most as many as the in-flight bound; reading pauses, and goes on when one is done', async () => {
    const { virtual, gates, started } = gated({ inFlight: 3 })
    const client = virtual.connect().send(...['/a', '/b', '/c', '/d', '/e'].map((path) => get(path)))
    await virtual.settle()
    expect(started).toEqual(['/a', '/b', '/c'])
    client.send(get('/f'))
    await virtual.settle()
    expect(client.transport.bytesQueued).toBeGreaterThan(0) // nobody reads it
    gates.get('/b')!.open() // not the first: its reply waits, so it is in flight still
    await virtual.settle()
    expect(started).toHaveLength(3)
    gates.get('/a')!.open()
    await virtual.settle()
    expect(started).toEqual(['/a', '/b', '/c', '/d', '/e'])
    for (const path of ['/c', '/d', '/e']) gates.get(path)!.open()
    await virtual.settle()
    gates.get('/f')!.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['/a', '/b', '/c', '/d', '/e', '/f'].map((path) => `200 ${path}`))
    expect(client.transport.bytesQueued).toBe(0)
  })

  it('are all served when they come in one packet that is longer than the bound', async () => {
    const virtual = new VirtualServer(
      async (asked, response) => {
        await virtual.reactor.sleep(1)
        response.send(asked.target)
      },
      { limits: { inFlight: 2 } },
    )
    const targets = Array.from({ length: 25 }, (_, i) => `/?${i}`)
    const client = virtual.connect().send(targets.map((target) => get(target)).join(''))
    await virtual.pass(100)
    expect(client.answers()).toEqual(targets.map((target) => `200 ${target}`))
  })

  it('may hold 64 KiB of ready bodies behind a slow one; then reading pauses, until it is done', async () => {
    const gate = new Gate()
    const started: string[] = []
    const virtual = new VirtualServer(
      (asked, response) => {
        started.push(asked.target)
        if (asked.path === '/slow') return gate.opened.then(() => response.send('slow'))
        response.send('x'.repeat(10_000))
        return undefined
      },
      { timeSliceMs: 1000 },
    )
    const client = virtual.connect({ highWaterMark: 1 << 30 })
    client.send(get('/slow') + get('/large').repeat(20))
    await virtual.settle()
    expect(started).toHaveLength(1 + 7) // the seventh body of 10,000 bytes reaches 65,536
    client.send(get('/last'))
    await virtual.settle()
    expect(client.transport.bytesQueued).toBeGreaterThan(0)
    gate.open()
    await virtual.settle()
    expect(client.replies()).toHaveLength(22)
    expect(started.at(-1)).toBe('/last')
  })

  it('may go on when a held stream becomes first, even while that stream goes on (node#3332)', async () => {
    const gate = new Gate()
    const started: string[] = []
    const virtual = new VirtualServer((asked, response) => {
      started.push(asked.path)
      if (asked.path === '/slow') return gate.opened.then(() => response.send('slow'))
      if (asked.path === '/stream') response.write('x'.repeat(70_000))
      else response.send(asked.path)
      return undefined
    })
    const client = virtual.connect({ highWaterMark: 1 << 30 })
    client.send(get('/slow') + get('/stream'))
    await virtual.settle()
    client.send(get('/next'))
    await virtual.settle()
    expect(started).toEqual(['/slow', '/stream'])
    gate.open()
    await virtual.settle()
    expect(started).toEqual(['/slow', '/stream', '/next'])
  })
})
