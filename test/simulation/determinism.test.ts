import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { runSeed } from '../../simulation/workload.js'
import { SimulatedNetwork } from '../../src/io/simulated-network.js'
import { EventLog } from '../../src/io/network-log.js'
import { SeededRandom } from '../../src/reactor/seeded-random.js'
import { driveVirtually } from '../../src/reactor/virtual-drive.js'
import { makeVirtualReactor } from '../reactor/virtual-reactor.js'
import { runToEnd } from './run-to-end.js'

const SIMULATE = 'build/simulation/run.js'

async function traceOf(seed: number): Promise<string> {
  let trace = ''
  await runSeed(seed, { onTrace: (text) => (trace = text) })
  return trace
}

describe('a seed', () => {
  it('gives the same events, to the byte, whenever it is run', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const first = await traceOf(seed)
      expect(first.length).toBeGreaterThan(1000)
      expect(await traceOf(seed)).toBe(first)
    }
  })

  it('gives others than another seed', async () => {
    const [one, other] = await Promise.all([traceOf(1), traceOf(2)])
    expect(one.split('\n').slice(1)).not.toEqual(other.split('\n').slice(1))
  })

  it('gives the same events in another process', async () => {
    const parameters = ['--seeds', '20', '--hash']
    const [one, other] = await Promise.all([runToEnd(SIMULATE, parameters), runToEnd(SIMULATE, parameters)])
    expect(one.code).toBe(0)
    const hash = /sha256 of all traces: ([0-9a-f]{64})/
    expect(one.output).toMatch(hash)
    expect(hash.exec(other.output)?.[1]).toBe(hash.exec(one.output)?.[1])
  })

  /** No server is part of it, so only a change of the network itself changes this. It is so on every version of Node. */
  it('gives the same events on a bad network on every machine', () => {
    const log = new EventLog(100_000)
    const { reactor, clock } = makeVirtualReactor()
    const random = new SeededRandom(20_261_125)
    const network = new SimulatedNetwork(reactor, {
      random,
      log,
      link: {
        latencyMs: 10,
        jitterMs: 20,
        fragments: true,
        shortWrites: 0.5,
        reorders: 0.3,
        bytesPerSecond: 1e6,
      },
    })
    const quiet = { onDrain: () => undefined, onEnd: () => undefined, onClose: () => undefined }
    network.listen('echo', (transport) =>
      transport.attach({
        ...quiet,
        onBytes: (bytes, length) => transport.write(Buffer.from(bytes.subarray(0, length))),
        onEnd: () => transport.end(),
      }),
    )
    for (let i = 0; i < 5; i++) {
      const client = network.connect('echo')
      client.attach({ ...quiet, onBytes: () => undefined })
      client.write(random.bytes(random.below(20_000)))
      if (i === 3) client.abort()
      else client.end()
    }
    driveVirtually(reactor, clock)
    expect(network.openEnds).toBe(0)
    const hash = createHash('sha256').update(log.text).digest('hex')
    expect(hash).toBe('41d8e25a2cb8f7af5a1f95b3aab1af4f076830058ed9c88bb7140df5eeb4db1b')
  })
})
