import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Reactor, serve } from 'calandria'
import { describe, expect, onTestFinished, test } from 'vitest'
import { CONVERSATIONS, converse } from '../../endurance/conversations.js'
import { Random } from '../../endurance/random.js'
import { soakRouter } from '../../endurance/soak-handler.js'
import type { Where } from '../../endurance/wire.js'
import { SeededRandom } from '../sockets/seeded-random.js'
import { READ_PATHS, until } from '../sockets/started-server.js'

const AT_A_TIME = 20

/** What `npm run soak` does for minutes, in small: every reply that is due comes and is right. */
describe.each([...READ_PATHS, 'unix'] as const)('%s', (kind) => {
  test.each(Object.keys(CONVERSATIONS))(`${AT_A_TIME} conversations at a time: %s`, async (name) => {
    const seeds = new SeededRandom(name)
    const folder = mkdtempSync(join(tmpdir(), 'calandria-'))
    const path = join(folder, 'x.sock')
    const reactor = new Reactor()
    const server = await serve({
      reactor,
      ...(kind === 'unix'
        ? { path }
        : { port: 0, readPath: kind, writePath: kind === 'data' ? 'stream' : 'direct' }),
      handler: soakRouter(reactor).handler,
      timeouts: { headMs: 500 },
      onError: () => undefined,
    })
    onTestFinished(async () => {
      await server.close({ drainMs: 0 })
      rmSync(folder, { recursive: true })
    })
    const { address } = server
    const where: Where = 'path' in address ? { kind: 'unix', path } : { kind: 'tcp', port: address.port }
    const [conversation] = CONVERSATIONS[name]!
    await Promise.all(
      Array.from({ length: AT_A_TIME }, () => {
        return converse(where, conversation, new Random(seeds.below(0x1_0000_0000)))
      }),
    )
    await until(() => server.statistics().connections.open === 0)
    await until(() => reactor.statistics().timersPending === 0)
    expect(server.statistics().connections.accepted).toBe(AT_A_TIME)
  })
})
