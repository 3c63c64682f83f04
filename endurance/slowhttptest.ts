/**
 * The four modes of slowhttptest against a server with the default time-outs or, with `--short`, with small ones, while
 * somebody else goes on asking: `npm run slowhttptest -- [--connections 1000] [--seconds 60] [--short] [--only 'slow read']`.
 * Exits with 1 when anybody else got a wrong reply or none.
 */
import { parseArgs } from 'node:util'
import { serve } from 'calandria'
import { SHORT_TIMEOUTS, slowAttackRouter } from './slow-attack-handler.js'
import { askMeanwhile, attack, SLOW_ATTACKS, type SlowAttack } from './slow-attacks.js'

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
})
const connections = Number(values.connections)
const strength = {
  connections,
  connectionsPerSecond: Math.ceil(connections / 5),
  seconds: Number(values.seconds),
}

console.log(
  'attack | slowhttptest says | time-outs | others asked | their slowest reply, ms | longest turn, ms\n--- | --- | --- | --- | --- | ---',
)
const names = Object.keys(SLOW_ATTACKS) as SlowAttack[]
for (const name of names.filter((each) => values.only === '' || each === values.only)) {
  const server = await serve({
    port: 0,
    handler: slowAttackRouter.handler,
    ...(values.short ? { timeouts: SHORT_TIMEOUTS, lingerMs: 1000 } : {}),
  })
  let slowest = 0
  const attacking = attack(server.location, name, strength)
  const asked = await askMeanwhile(`${server.location}/`, 'Hello, World!', attacking, (ms) => {
    slowest = Math.max(slowest, ms)
  })
  const { timeouts, reactor } = server.statistics()
  console.log(
    [name, await attacking, timeouts, asked, slowest.toFixed(1), reactor.longestTurnMs.toFixed(1)].join(
      ' | ',
    ),
  )
  await server.close({ drainMs: 0 })
}
