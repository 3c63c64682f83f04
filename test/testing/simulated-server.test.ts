import { simulate, type World } from 'calandria/testing'
import { expect, test } from 'vitest'

const run = (body: (world: World) => Promise<void>): Promise<void> =>
  simulate({ seed: 3, traceFile: null }, body)

test('a server that is closed again leaves its successor alone', async () => {
  await run(async (world) => {
    const first = world.serve({ handler: (_, response) => response.send('first') })
    await first.close()
    world.serve({ handler: (_, response) => response.send('second') })
    await first.close()
    expect(String((await world.connect().request()).body)).toBe('second')
  })
})

test('a server and its successor at one address count for themselves', async () => {
  await run(async (world) => {
    const first = world.serve({
      handler: async (_, response) => {
        await world.sleep(100)
        response.send('first')
      },
    })
    const slow = world.connect().request()
    await world.sleep(10)
    const closing = first.close()
    const second = world.serve({ handler: (_, response) => response.send('second') })
    await world.connect().request()
    await Promise.all([slow, closing])
    for (const server of [first, second])
      expect(server.statistics()).toMatchObject({
        requests: 1,
        responses: 1,
        reads: 1,
        writes: 1,
        responsesPerWrite: 1,
      })
    expect([first.transports.size, second.transports.size]).toEqual([0, 1])
  })
})
