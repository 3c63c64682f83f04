import { describe, expect, it } from 'vitest'
import type { Body, Response } from '../../src/http/response.js'
import { get, type MemoryClient, request, VirtualServer } from './memory-client.js'

/** What `act` throws inside a handler, by its code, and what the client gets. */
function attempt(
  act: (response: Response) => void,
  finish: (response: Response) => void = () => undefined,
): { code: unknown; client: MemoryClient } {
  let code: unknown = 'nothing thrown'
  const virtual = new VirtualServer((_asked, response) => {
    try {
      act(response)
    } catch (error) {
      code = (error as { code?: unknown }).code
    }
    finish(response)
  })
  const client = virtual.connect().send(get('/'))
  virtual.run()
  expect(virtual.errors).toEqual([])
  return { code, client }
}

const sent = (response: Response): Response => (response.send('first'), response)
const streaming = (response: Response): Response => (response.write('first'), response)

describe('a reply that is complete', () => {
  it.each<[string, (response: Response) => unknown]>([
    ['send()', (response) => response.send('second')],
    ['send() of nothing', (response) => response.send()],
    ['json()', (response) => response.json(2)],
    ['write()', (response) => response.write('second')],
    ['write() of nothing', (response) => response.write('')],
    ['end()', (response) => response.end()],
    ['end() with a piece', (response) => response.end('second')],
    ['status()', (response) => response.status(500)],
    ['header()', (response) => response.header('A', 'b')],
  ])('refuses %s, and stays as it is', (_name, act) => {
    for (const complete of [sent, (response: Response) => (response.end('first'), response)]) {
      const { code, client } = attempt((response) => void act(complete(response)))
      expect(code).toBe('CAL_ERR_RESPONSE_ENDED')
      expect(client.answers()).toEqual(['200 first'])
    }
  })

  it('says so', () => {
    attempt((response) => {
      expect([response.isStarted, response.isEnded]).toEqual([false, false])
      response.write('a')
      expect([response.isStarted, response.isEnded]).toEqual([true, false])
      response.end()
      expect([response.isStarted, response.isEnded]).toEqual([true, true])
    })
  })

  it('of a stream refuses more of it', () => {
    const { code, client } = attempt((response) => {
      streaming(response).end()
      response.write('second')
    })
    expect(code).toBe('CAL_ERR_RESPONSE_ENDED')
    expect(client.answers()).toEqual(['200 first'])
  })
})

describe('a reply whose head has left', () => {
  it.each<[string, (response: Response) => unknown]>([
    ['status()', (response) => response.status(500)],
    ['header()', (response) => response.header('A', 'b')],
    ['send()', (response) => response.send('second')],
    ['json()', (response) => response.json(2)],
  ])('refuses %s, and can go on', (_name, act) => {
    const { code, client } = attempt(
      (response) => void act(streaming(response)),
      (response) => response.end(' last'),
    )
    expect(code).toBe('CAL_ERR_RESPONSE_STARTED')
    expect(client.answers()).toEqual(['200 first last'])
  })
})

describe('a status', () => {
  it.each([199, 600, 0, -200, 100, 101, 200.5, NaN, Infinity, '200', null, undefined, {}, 2n])(
    'can’t be %s',
    (status) => {
      const { code, client } = attempt(
        (response) => response.status(status as number),
        (response) => response.send('x'),
      )
      expect(code).toBe('CAL_ERR_RESPONSE_STATUS')
      expect(client.answers()).toEqual(['200 x'])
    },
  )

  it('can be any from 200 to 599', () => {
    for (const status of [200, 299, 418, 599]) {
      const { client } = attempt((response) => response.status(status).send())
      expect(client.replies()[0]?.status).toBe(status)
    }
  })
})

describe('a body', () => {
  const WRONG: readonly unknown[] = [
    null,
    0,
    1,
    true,
    {},
    [],
    Symbol('s'),
    1n,
    new ArrayBuffer(2),
    new DataView(new ArrayBuffer(2)),
    new Uint16Array(2),
    () => 'x',
  ]

  it.each(WRONG)('can’t be %s, neither whole nor in pieces', (body) => {
    for (const act of [
      (response: Response) => response.send(body as Body),
      (response: Response) => void response.write(body as Body),
      (response: Response) => response.end(body as Body),
    ]) {
      const { code, client } = attempt(act, (response) => response.send('fallback'))
      expect(code).toBe('CAL_ERR_RESPONSE_BODY')
      expect(client.answers()).toEqual(['200 fallback'])
    }
  })

  it.each([undefined, () => 1, Symbol('s')])('of JSON can’t be %s', (value) => {
    const { code } = attempt(
      (response) => response.json(value),
      (response) => response.send(),
    )
    expect(code).toBe('CAL_ERR_RESPONSE_BODY')
  })
})

describe('a declared length', () => {
  const long = 'x'.repeat(20)

  it('that send() does not keep is refused before anything leaves', () => {
    for (const body of ['', 'x', long]) {
      const { code, client } = attempt(
        (response) => response.header('Content-Length', 5).send(body),
        (response) => response.header('Content-Length', 2).send('ok'),
      )
      expect(code).toBe('CAL_ERR_RESPONSE_LENGTH')
      expect(client.answers()).toEqual(['200 ok'])
    }
  })

  it('counts bytes, not characters', () => {
    expect(attempt((response) => response.header('Content-Length', 2).send('é')).client.answers()).toEqual([
      '200 \xc3\xa9',
    ])
    expect(
      attempt(
        (response) => response.header('Content-Length', 1).send('é'),
        (response) => response.header('Content-Length', 0).send(),
      ).code,
    ).toBe('CAL_ERR_RESPONSE_LENGTH')
  })

  it.each<[string, (response: Response) => unknown]>([
    ['too much in one piece', (response) => response.write(long)],
    ['too much in several', (response) => [response.write('abc'), response.write('abc')]],
    [
      'too much with the last',
      (response) => {
        response.write('abc')
        response.end('abc')
      },
    ],
    [
      'too little',
      (response) => {
        response.write('abc')
        response.end()
      },
    ],
    [
      'too little with the last',
      (response) => {
        response.write('a')
        response.end('b')
      },
    ],
  ])('that a stream does not keep, with %s, breaks the connection', (_name, act) => {
    const { code, client } = attempt((response) => void act(response.header('Content-Length', 5)))
    expect(code).toBe('CAL_ERR_RESPONSE_LENGTH')
    expect(client.closeError).toMatchObject({ code: 'ECONNRESET' })
    expect(client.text).not.toContain(long)
  })

  it('that a stream does not keep lets nothing behind it be dispatched', () => {
    const seen: string[] = []
    const virtual = new VirtualServer((asked, response) => {
      seen.push(asked.path)
      response.header('Content-Length', 1).write('xx')
    })
    virtual.connect().send(get('/a') + get('/b') + get('/c'))
    virtual.run()
    expect(seen).toEqual(['/a'])
    expect(virtual.errors).toMatchObject([{ code: 'CAL_ERR_RESPONSE_LENGTH' }])
  })

  it('that a stream keeps makes it one without chunks', () => {
    const { client } = attempt((response) => {
      response.header('Content-Length', 6).write('abc')
      response.write('')
      response.end('def')
    })
    expect(client.replies()[0]?.headers.get('content-length')).toBe('6')
    expect(client.replies()[0]?.headers.has('transfer-encoding')).toBe(false)
    expect(client.answers()).toEqual(['200 abcdef'])
  })

  it('need not be kept by a reply to HEAD', () => {
    const virtual = new VirtualServer((_asked, response) => {
      response.header('Content-Length', 1000).write('')
      response.end()
    })
    const client = virtual.connect().send(request('HEAD', '/') + request('HEAD', '/'))
    virtual.run()
    expect(client.replies(['HEAD', 'HEAD']).map((reply) => reply.headers.get('content-length'))).toEqual([
      '1000',
      '1000',
    ])
  })
})
