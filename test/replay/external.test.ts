import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { external, observed, Reactor } from '../../src/index.js'
import { replay } from '../../src/testing.js'
import { RawClient } from '../sockets/raw-client.js'
import { get } from '../sockets/requests.js'
import { type MakeHandler, recordingBytes, rejection } from './recorded-server.js'

/** Outside: real time, and whatever it gives. */
function later<T>(value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), 3))
}

/** @returns the replies while it was recorded, and those that the replay has seen the same */
async function recordAndReplay(makeHandler: MakeHandler): Promise<string[]> {
  const bodies: string[] = []
  const recording = await recordingBytes(makeHandler, { outputs: 'bytes' }, async (server) => {
    const client = await RawClient.connect(server)
    const replies = await client.send(get('/a') + get('/b')).replies(2)
    bodies.push(...replies.map(({ body }) => String(body)))
  })
  const report = await replay(recording, (reactor) => ({ handler: makeHandler(reactor) }))
  expect(report).toMatchObject({ requests: 2, responses: 2 })
  return bodies
}

describe('external()', () => {
  test.each<[string, unknown]>([
    ['an object', { row: [1, 'two', null] }],
    ['nothing', undefined],
    ['bytes', Buffer.from([0, 255, 128])],
    ['a text', 'ünï'],
  ])('%s comes back in the replay, at its moment, and nothing outside is asked', async (_what, value) => {
    let asked = 0
    const bodies = await recordAndReplay((reactor) => async (request, response) => {
      const got = await external(reactor, () => {
        asked++
        return later(value)
      })
      response.send(`${request.path} ${Buffer.isBuffer(got) ? got.toString('hex') : JSON.stringify(got)}`)
    })
    expect(asked).toBe(2) // by the recorded server only
    expect(bodies[0]).toMatch(/^\/a /)
  })

  test('an error comes back with its name, message and code; so does one that is thrown at once', async () => {
    const bodies = await recordAndReplay((reactor) => async (request, response) => {
      const error = await rejection(
        external(reactor, () => {
          const refused = Object.assign(new RangeError('no'), { code: 'ENO' })
          if (request.path === '/a') throw refused
          return later(0).then(() => Promise.reject(refused))
        }),
      )
      response.send(`${error.name} ${error.message} ${error.code}`)
    })
    expect(bodies).toEqual(['RangeError no ENO', 'RangeError no ENO'])
  })

  test.each<[string, unknown]>([
    ['a date', { created: new Date(5) }],
    ['numbers that JSON lacks', [NaN, Infinity, -0, 7n]],
    ['a map', new Map([['a', new Set([1])]])],
    ['a field that is undefined', { a: undefined }],
    ['bytes in an object', { bytes: Buffer.from('ab') }],
    ['bytes that are no Buffer', new Uint8Array([65, 66])],
  ])('%s comes back as it was', async (_what, value) => {
    const bodies = await recordAndReplay((reactor) => async (_request, response) => {
      response.send(inspect(await external(reactor, () => later(value))))
    })
    expect(bodies[0]).toBe(inspect(value))
  })

  class Row {
    readonly id = 1
  }
  test.each<[string, () => unknown]>([
    ['a function', () => () => 1],
    ['an object of a class', () => new Row()],
    ['one within another', () => ({ rows: [new Row()] })],
  ])('%s reaches the recorded handler, and the replay says that it is lost', async (_what, make) => {
    const makeHandler: MakeHandler = (reactor) => async (_request, response) => {
      await external(reactor, () => later(make()))
      response.send('1')
    }
    const recording = await recordingBytes(makeHandler, {}, async (server) => {
      expect(String((await (await RawClient.connect(server)).send(get('/')).reply()).body)).toBe('1')
    })
    const onError = (): void => undefined
    const error = await rejection(
      replay(recording, (reactor) => ({ handler: makeHandler(reactor), onError })),
    )
    expect(error).toMatchObject({ code: 'CAL_ERR_REPLAY_DIVERGED' })
    expect(error.message).toMatch(/could not keep this value/)
  })

  test('without a recording it is the work itself', async () => {
    const reactor = new Reactor()
    expect(await external(reactor, () => later('value'))).toBe('value')
    expect(await rejection(external(reactor, () => Promise.reject(new Error('no'))))).toMatchObject({
      message: 'no',
    })
  })
})

describe('observed()', () => {
  test('random values are those of the recording', async () => {
    const [first, second] = await recordAndReplay((reactor) => (_request, response) => {
      response.send(observed(reactor, () => randomUUID()))
    })
    expect(first).not.toBe(second)
  })

  test('what it throws is thrown again', async () => {
    let thrown = 0
    const bodies = await recordAndReplay((reactor) => (_request, response) => {
      try {
        observed(reactor, () => {
          throw new Error(`number ${thrown++}`)
        })
      } catch (error) {
        response.send((error as Error).message)
      }
    })
    expect(bodies).toEqual(['number 0', 'number 1'])
    expect(thrown).toBe(2)
  })

  test('without a recording it is the value itself', () => {
    expect(observed(new Reactor(), () => 7)).toBe(7)
  })
})
