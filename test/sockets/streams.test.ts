import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { Gate } from '../http/memory-client.js'
import { RawClient } from './raw-client.js'
import { get } from './requests.js'
import { READ_PATHS, startServer, until } from './started-server.js'

describe.each(READ_PATHS)('response.stream(), read path %s', (readPath) => {
  test('pulls no further than the kernel takes from a client that does not read, and lets go with it', async () => {
    let pulled = 0
    let isReturned = false
    const server = await startServer({
      readPath,
      handler: (_request, response) =>
        response.stream(
          (async function* () {
            try {
              for (;;) {
                pulled += 65_536
                yield await Promise.resolve(Buffer.alloc(65_536))
              }
            } finally {
              isReturned = true
            }
          })(),
        ),
    })
    const client = await RawClient.connect(server)
    client.send(get('/'))
    let before = -1
    let quietTurns = 0
    await until(() => {
      quietTurns = pulled === before && pulled > 0 ? quietTurns + 1 : 0
      before = pulled
      return quietTurns > 1000
    })
    expect(pulled).toBeLessThan(64 * 1024 * 1024) // what both kernels buffer; an endless source goes on for ever
    client.reset()
    await until(() => isReturned)
  })

  test('a source that fails in mid-stream: the reply is cut off, never complete', async () => {
    const errors: unknown[] = []
    const hasBegun = new Gate()
    const server = await startServer({
      readPath,
      onError: (error) => errors.push(error),
      handler: (_request, response) =>
        response.stream(
          Readable.from(
            (async function* () {
              yield 'the beginning'
              await hasBegun.opened
              throw new Error('broken')
            })(),
          ),
        ),
    })
    const client = await RawClient.connect(server)
    client.send(get('/'))
    expect((await client.some()).toString()).toMatch(/^HTTP\/1\.1 200 /)
    hasBegun.open()
    await expect(client.bytes(1000)).rejects.toThrow()
    await until(() => errors.length > 0)
    expect(errors).toMatchObject([{ message: 'broken' }])
  })

  test('a million bytes from a Node stream arrive as they are', async () => {
    const body = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * 7) % 251))
    const server = await startServer({
      readPath,
      handler: (_request, response) =>
        response.stream(
          Readable.from([body.subarray(0, 1), body.subarray(1, 70_001), body.subarray(70_001)]),
        ),
    })
    const client = await RawClient.connect(server)
    const [first, second] = await client.send(get('/') + get('/')).replies(2)
    expect([first?.body.equals(body), second?.body.equals(body)]).toEqual([true, true])
  })
})
