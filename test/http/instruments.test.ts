import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import type { Response } from '../../src/http/response.js'
import { ALL_HOOKS, logHooks } from './hook-log.js'
import { Gate, get, request, VirtualServer } from './memory-client.js'

/** The server's end of the first connection is 1, the client's end 2: they are made in this order. */
const ofServer = (line: string): boolean => line.split(' ')[1] === '1'

const hello: Handler = (_request, response) => response.send('hello')

describe('instruments of a server', () => {
  it('hear a read of sixteen requests as one story: read, parse batch, sixteen dispatches, one flush', async () => {
    const virtual = new VirtualServer(hello)
    const log = logHooks(virtual.reactor)
    const burst = get('/').repeat(16)
    const client = virtual.connect().send(burst)
    await virtual.settle()
    const dispatches = Array.from({ length: 16 }, () => [
      'dispatchStarted 1 GET /',
      'responseEnded 1 GET / 200',
      'dispatchEnded 1 GET /',
    ])
    const bytes = client.text.length
    expect(log.filter(ofServer)).toEqual([
      'connectionOpened 1 null',
      `readStarted 1 ${burst.length}`,
      `parseBatchStarted 1 ${burst.length}`,
      ...dispatches.flat(),
      `parseBatchEnded 1 16 ${burst.length}`,
      `flushStarted 1 ${bytes} 16`,
      `flushEnded 1 ${bytes}`, // in memory all of it is queued until the peer has read
      'readEnded 1',
    ])
  })

  it('hear of an answer when it is complete, after the dispatch, and of its flush later', async () => {
    const gate = new Gate()
    const virtual = new VirtualServer(async (_request, response) => {
      await gate.opened
      response.status(201).send()
    })
    const client = virtual.connect().send(get('/late'))
    await virtual.settle()
    const log = logHooks(virtual.reactor, ['dispatchEnded', 'responseEnded', 'flushStarted'])
    const other = virtual.connect().send(get('/late'))
    await virtual.settle()
    gate.open()
    await virtual.settle()
    expect(other.answers()).toEqual(client.answers())
    // The first client's request was dispatched before anybody looked, so its connection gets its number later.
    expect(log).toEqual([
      'dispatchEnded 1 GET /late',
      'responseEnded 1 GET /late 201',
      `flushStarted 2 ${client.text.length} 1`,
      `flushStarted 1 ${other.text.length} 1`,
    ])
  })

  it('hear of an answer before its flush, also where each leaves alone', async () => {
    const virtual = new VirtualServer(hello, { flush: 'per-response' })
    const log = logHooks(virtual.reactor, ['responseEnded', 'flushStarted'])
    const client = virtual.connect().send(get('/') + get('/'))
    await virtual.settle()
    const flush = `flushStarted 1 ${client.text.length / 2} 1`
    expect(log).toEqual(['responseEnded 1 GET / 200', flush, 'responseEnded 1 GET / 200', flush])
  })

  it('hear with status 0, once, of every answer that a client has not waited for', async () => {
    const held: Response[] = []
    const virtual = new VirtualServer((asked, response) => {
      if (asked.path === '/ready') response.send()
      else held.push(response)
    })
    const log = logHooks(virtual.reactor, ['responseEnded', 'connectionClosed'])
    const client = virtual.connect().send(get('/one') + get('/ready') + get('/two'))
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    for (const response of held) response.send('too late')
    expect(log.filter(ofServer)).toEqual([
      'responseEnded 1 GET /ready 200', // complete, though it never left
      'responseEnded 1 GET /one 0',
      'responseEnded 1 GET /two 0',
      'connectionClosed 1',
    ])
  })

  it('hear the status of an error that the server answers for a handler', async () => {
    const virtual = new VirtualServer(() => {
      throw new Error('on purpose')
    })
    const log = logHooks(virtual.reactor, ['responseEnded'])
    virtual.connect().send(get('/') + request('BREW', '/'))
    await virtual.settle()
    expect(log).toEqual(['responseEnded 1 GET / 500', 'responseEnded 1  / 501'])
  })

  it('hear of bytes that are refused, by their code', async () => {
    const virtual = new VirtualServer(hello)
    const log = logHooks(virtual.reactor, [
      'dispatchStarted',
      'requestRefused',
      'parseBatchEnded',
      'flushStarted',
    ])
    const client = virtual.connect().send(get('/') + 'nonsense\r\n\r\n')
    await virtual.settle()
    expect(client.replies().map(({ status }) => status)).toEqual([200, 400])
    expect(log).toEqual([
      'dispatchStarted 1 GET /',
      'requestRefused 1 CAL_ERR_HTTP_METHOD',
      `parseBatchEnded 1 1 ${get('/').length + 12}`,
      `flushStarted 1 ${client.text.length} 2`,
    ])
  })

  it.each([
    [101, request('GET', '/up', 'Connection: upgrade', 'Upgrade: x'), 'GET /up'],
    [200, 'CONNECT host:1 HTTP/1.1\r\nHost: host:1\r\n\r\n', 'CONNECT '],
  ])('hear of a connection that is taken over, with status %i', async (status, head, name) => {
    const takeOver: Handler = async (_request, response) => {
      await response.upgrade()
    }
    const virtual = new VirtualServer(takeOver, { connect: takeOver })
    const log = logHooks(virtual.reactor, ['responseEnded'])
    virtual.connect().send(head)
    await virtual.settle()
    expect(log).toEqual([expect.stringMatching(`^responseEnded 1 ${name}.* ${status}$`)])
  })

  it('hear of what the time slice has cut as another parse batch, with the bytes that were used', async () => {
    const virtual = new VirtualServer((_request, response) => {
      virtual.clock.advance(2)
      response.send()
    })
    const log = logHooks(virtual.reactor, [
      'readStarted',
      'readEnded',
      'parseBatchStarted',
      'parseBatchEnded',
    ])
    virtual.connect().send(get('/').repeat(2))
    await virtual.settle()
    const { length } = get('/')
    expect(log.filter(ofServer)).toEqual([
      `readStarted 1 ${2 * length}`,
      `parseBatchStarted 1 ${2 * length}`,
      `parseBatchEnded 1 1 ${length}`,
      'readEnded 1',
      `parseBatchStarted 1 ${length}`,
      `parseBatchEnded 1 1 ${length}`,
    ])
  })

  it('hear of a drain', async () => {
    const virtual = new VirtualServer((_request, response) => response.send('x'.repeat(100)))
    const log = logHooks(virtual.reactor, ['flushEnded', 'drained'])
    const client = virtual.connect({ highWaterMark: 10 }).send(get('/'))
    await virtual.settle()
    expect(log.filter(ofServer)).toEqual([`flushEnded 1 ${client.text.length}`, 'drained 1'])
  })

  it('cost a response nothing while there are none', async () => {
    const extras: unknown[] = []
    const virtual = new VirtualServer((_request, response) => {
      response.send()
      extras.push(response.extras)
    })
    const client = virtual.connect()
    const ask = (): Promise<void> => {
      client.send(get('/'))
      return virtual.settle()
    }
    await ask()
    const remove = virtual.reactor.instrument({})
    await ask()
    remove()
    await ask()
    expect(extras).toEqual([null, expect.anything(), null])
  })

  it.each(ALL_HOOKS)('are removed when they throw in %s, and break nothing', async (hook) => {
    const virtual = new VirtualServer((asked, response) => {
      if (asked.path === '/later') virtual.reactor.delay(1, () => response.send('x'.repeat(100)))
      else response.send()
    })
    let calls = 0
    virtual.reactor.instrument({
      [hook]: () => {
        calls++
        throw new Error('on purpose')
      },
    })
    const log = logHooks(virtual.reactor, [hook])
    const client = virtual.connect({ highWaterMark: 10 })
    client.send(get('/') + get('/later') + get('/'))
    await virtual.pass(1)
    client.send('nonsense\r\n\r\n')
    await virtual.pass(1)
    client.transport.end()
    await virtual.settle()
    expect(client.replies().map(({ status }) => status)).toEqual([200, 200, 200, 400])
    expect(client.isClosed).toBe(true)
    expect(virtual.errors).toEqual([])
    expect(virtual.reactorErrors).toEqual([])
    expect(calls).toBe(1)
    expect(log.length).toBeGreaterThanOrEqual(1) // the others still hear it
  })
})
