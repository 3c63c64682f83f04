import { serve } from 'calandria'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SHORT_TIMEOUTS, slowAttackRouter } from '../../endurance/slow-attack-handler.js'
import { askMeanwhile, attack, type SlowAttack } from '../../endurance/slow-attacks.js'
import { whyWithout } from '../clients/programs.js'
import { until } from '../sockets/started-server.js'

const CONNECTIONS = 100
const reason = whyWithout('slowhttptest', ['sh', '-c', 'command -v slowhttptest'])

/** How many of an attack's connections end by a time-out; the others end with it. */
const ATTACKS: readonly (readonly [SlowAttack, least: number])[] = [
  ['slowloris', CONNECTIONS],
  ['slow body', CONNECTIONS],
  ['slow read', CONNECTIONS],
  ['range attack', 0],
]

describe(`slowhttptest${reason ?? ''}`, () => {
  test.skipIf(reason !== null).each(ATTACKS)(
    '%s: others get every reply, and the attackers are let go',
    async (name, least) => {
      const { handler } = slowAttackRouter
      const server = await serve({ port: 0, handler, timeouts: SHORT_TIMEOUTS, lingerMs: 100 })
      onTestFinished(async () => {
        await server.close({ drainMs: 0 })
      })
      const strength = { connections: CONNECTIONS, connectionsPerSecond: CONNECTIONS, seconds: 5 }
      const attacking = attack(server.location, name, strength)
      const replies = await askMeanwhile(`${server.location}/`, 'Hello, World!', attacking)
      expect(await attacking).toMatch(/^(?:No open connections left|Hit test time limit)/)
      expect(replies).toBeGreaterThan(0)
      await until(() => server.statistics().connections.open === 0)
      const { connections, timeouts } = server.statistics()
      expect(connections.accepted).toBeGreaterThan(CONNECTIONS)
      expect(timeouts).toBeGreaterThanOrEqual(least)
    },
  )
})
