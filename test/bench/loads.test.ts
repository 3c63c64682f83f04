import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Loads } from '../../bench/loads/choose-load.js'
import { GeneratorLoad } from '../../bench/loads/generator-load.js'
import { type Attack } from '../../bench/loads/load.js'
import { PipeliningLoad } from '../../bench/loads/pipelining-load.js'
import { WrkLoad } from '../../bench/loads/wrk-load.js'
import { Pinning } from '../../bench/pinning.js'
import { replies } from '../../bench/suite/act.js'
import { checkAnswers } from '../../bench/suite/answer-check.js'
import { get } from '../../bench/suite/ask.js'
import { whyWithout } from '../clients/programs.js'

const pinning = new Pinning([0, 1])

/** A server that answers as it should, and what a load is told of it. */
async function attack(changed: Partial<Attack> = {}): Promise<Attack> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 13 }).end('Hello, World!')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const place = { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  const asks = [get(replies.hello), get(replies.hello)]
  const usual = { connections: 2, seconds: 1, reconnects: false, requestsPerSecond: undefined }
  return { place, asks, depth: 2, checked: await checkAnswers(place, asks), ...usual, ...changed }
}

const wrkIsMissing = whyWithout('wrk', ['sh', '-c', 'command -v wrk'])

describe.each([
  ['the generator', new GeneratorLoad(pinning, false), null],
  ['the client that counts bytes', new PipeliningLoad(pinning), null],
  ['wrk', new WrkLoad('wrk', pinning), process.env['CALANDRIA_CI'] === undefined ? wrkIsMissing : ' (CI)'],
])('%s', (_name, load, missing) => {
  test.skipIf(missing !== null)(`counts what a server answers${missing ?? ''}`, async () => {
    const order = await attack()
    expect(load.obstacle(order)).toBeUndefined()
    const { requests, seconds, faults } = await load.run(order)
    expect(requests).toBeGreaterThan(0)
    expect(seconds).toBeGreaterThan(0)
    expect(faults).toEqual([])
  })
})

test('answers other than those of the check are faults to the generator', async () => {
  const order = await attack()
  const checked = { ...order.checked, bodies: ['Hello, Moon!!', 'Hello, Moon!!'] }
  const { faults } = await new GeneratorLoad(pinning, false).run({ ...order, checked })
  expect(faults.join()).toContain('× body')
})

test('what the chosen load can not do, the generator does', async () => {
  const loads = new Loads('own', pinning)
  const order = await attack()
  expect(loads.for(order).name).toBe(loads.name)
  for (const beyond of [
    { requestsPerSecond: 100 },
    { depth: 1 },
    { reconnects: true },
    { checked: { ...order.checked, areOfOneLength: false } },
  ]) {
    expect(loads.for({ ...order, ...beyond }).name).toBe('calandria-bench')
  }
})
