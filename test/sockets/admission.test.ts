import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { ListeningServer } from '../../src/index.js'
import { RawClient } from './raw-client.js'
import { get } from './requests.js'
import { READ_PATHS, startServer, until } from './started-server.js'

/** A client with an address of its own: all of 127.0.0.0/8 is this machine. */
async function connectFrom(localAddress: string, { address: { port } }: ListeningServer): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', port, localAddress, allowHalfOpen: true })
  await once(socket, 'connect')
  return RawClient.over(socket)
}

/** Connects in vain. @returns why: the reset may come before the client knows that it was connected, or after */
async function refusal(localAddress: string, { address: { port } }: ListeningServer): Promise<unknown> {
  const [error] = (await once(connect({ host: '127.0.0.1', port, localAddress }), 'error')) as [unknown]
  return error
}

const answers = async (client: RawClient): Promise<boolean> =>
  (await client.send(get('/')).reply()).status === 200

describe.each(READ_PATHS)('read path %s', (readPath) => {
  test('further connections than limits.connections are reset, until one of them ends', async () => {
    const server = await startServer({
      readPath,
      limits: { connections: 2 },
      handler: (_request, response) => response.send('here'),
    })
    const [first, second] = [await RawClient.connect(server), await RawClient.connect(server)]
    expect([await answers(first), await answers(second)]).toEqual([true, true])
    expect(await refusal('127.0.0.1', server)).toMatchObject({ code: 'ECONNRESET' })
    expect(await answers(first)).toBe(true)
    second.end()
    await second.closed
    await until(() => server.statistics().connections.open === 1)
    expect(await answers(await RawClient.connect(server))).toBe(true)
    expect(server.statistics().connections).toMatchObject({ open: 2, accepted: 3, refused: 1 })
  })

  test.skipIf(process.platform !== 'linux')(
    'further connections from one address than limits.connectionsPerAddress are reset, others are not',
    async () => {
      const server = await startServer({
        readPath,
        limits: { connectionsPerAddress: 1 },
        handler: ({ remoteAddress }, response) => response.send(remoteAddress ?? ''),
      })
      const [first, other] = [await connectFrom('127.0.0.2', server), await connectFrom('127.0.0.3', server)]
      expect([await answers(first), await answers(other)]).toEqual([true, true])
      expect(await refusal('127.0.0.2', server)).toMatchObject({ code: 'ECONNRESET' })
      first.end()
      await first.closed
      await until(() => server.statistics().connections.open === 1)
      expect(await answers(await connectFrom('127.0.0.2', server))).toBe(true)
      expect(server.statistics().connections).toMatchObject({ open: 2, accepted: 3, refused: 1 })
    },
  )
})
