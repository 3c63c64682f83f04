/**
 * Tests a handler on a simulated network, a hundred times, each time with another seed:
 *
 *     node build/examples/simulation.js
 */
import assert from 'node:assert/strict'
import { simulate } from 'calandria/testing'

const bad = { latencyMs: 20, jitterMs: 30, fragments: true, shortWrites: 0.3 }

for (let seed = 1; seed <= 100; seed++) {
  await simulate({ seed, link: bad }, async (world) => {
    const server = world.serve({
      handler: async (request, response) => {
        await world.sleep(world.random.between(0, 100), { signal: request.signal })
        response.send(request.path)
      },
    })

    // Three requests at once, and a partition of five seconds right behind them.
    const link = world.link()
    const client = world.connect({ link })
    const replies = ['/a', '/b', '/c'].map((target) => client.request({ target }))
    await world.sleep(10)
    link.cut()
    await world.sleep(5_000)
    link.heal()
    const bodies = (await Promise.all(replies)).map((reply) => reply.body.toString())
    assert.deepEqual(bodies, ['/a', '/b', '/c'])

    // A client that goes away: what its handler waits for must end with it, or the simulation tells of a timer left.
    const leaving = world.connect()
    leaving.request().catch(() => undefined)
    await world.until(() => server.statistics().requests === 4)
    leaving.abort()
  })
}
console.log('100 seeds, and more than eight minutes of virtual time')
