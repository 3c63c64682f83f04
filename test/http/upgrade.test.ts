import { describe, expect, it } from 'vitest'
import type { Handler } from '../../src/http/handler.js'
import type { TakenOver } from '../../src/http/response-extras.js'
import type { Response } from '../../src/http/response.js'
import { Gate, get, post, request, VirtualServer } from './memory-client.js'
import { TunnelEnd } from './tunnel-end.js'

const UPGRADE = ['Connection: Upgrade', 'Upgrade: echo']
const upgrade = (target = '/', ...fields: string[]): string => get(target, ...UPGRADE, ...fields)
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n'

/** Takes every connection over that asks for it; answers others with their path. */
function upgrading(): { virtual: VirtualServer; ends: TunnelEnd[] } {
  const ends: TunnelEnd[] = []
  const virtual = new VirtualServer(async (asked, response) => {
    if (asked.upgrade === null) response.send(asked.path)
    else ends.push(new TunnelEnd(await response.upgrade()))
  })
  return { virtual, ends }
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'none',
    (error: unknown) => (error as { code?: unknown }).code,
  )
}

describe('response.upgrade()', () => {
  it('answers 101 with the protocol asked for, and gives the connection to the handler', async () => {
    const { virtual, ends } = upgrading()
    const client = virtual.connect({ remoteAddress: '10.0.0.1' }).send(upgrade())
    await virtual.settle()
    expect(client.text).toBe(`${SWITCHING}\r\n`)
    const [end] = ends
    expect(end?.transport.remoteAddress).toBe('10.0.0.1')
    client.send('ping')
    end!.transport.write('pong')
    await virtual.settle()
    expect(end?.text).toBe('ping')
    expect(client.text).toBe(`${SWITCHING}\r\npong`)
    expect(virtual.server.statistics()).toMatchObject({ requests: 1, responses: 1, aborted: 0, refused: 0 })
  })

  it('sends the headers that were set, and another protocol if it was named', async () => {
    const virtual = new VirtualServer(async (_asked, response) => {
      await response.header('Upgrade', 'other').header('X-Key', 'k').upgrade()
    })
    const client = virtual.connect().send(upgrade())
    await virtual.settle()
    expect(client.text).toContain('Connection: Upgrade\r\nUpgrade: other\r\nX-Key: k\r\n\r\n')
  })

  it('names the first protocol of a list', async () => {
    const { virtual } = upgrading()
    const client = virtual.connect().send(get('/', 'Connection: keep-alive, Upgrade', 'Upgrade: echo , x/2'))
    await virtual.settle()
    expect(client.text).toBe(`${SWITCHING}\r\n`)
  })

  it.each([0, 1, 2, 17, 40_000, 200_000])(
    'hands over %i bytes that came behind the head, and all that comes later, in order',
    async (length) => {
      const { virtual, ends } = upgrading()
      const early = 'e'.repeat(length)
      const client = virtual.connect().send(upgrade() + early, 'later')
      await virtual.settle()
      client.send('latest')
      await virtual.settle()
      expect(ends[0]?.text).toBe(`${early}laterlatest`)
      expect(client.text).toBe(`${SWITCHING}\r\n`)
    },
  )

  it('never reads what comes behind the head as a request', async () => {
    const { virtual, ends } = upgrading()
    virtual.connect().send(upgrade() + get('/smuggled'), get('/smuggled'))
    await virtual.settle()
    expect(ends[0]?.text).toBe(get('/smuggled').repeat(2))
    expect(virtual.server.statistics().requests).toBe(1)
  })

  it('waits for every earlier reply, and reads nothing meanwhile', async () => {
    const gate = new Gate()
    const ends: TunnelEnd[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.upgrade !== null) ends.push(new TunnelEnd(await response.upgrade()))
      else await gate.opened.then(() => response.send(asked.path))
    })
    const client = virtual.connect().send(get('/a') + get('/b') + upgrade() + 'early', 'later')
    await virtual.settle()
    expect([client.text, ends.length]).toEqual(['', 0])
    gate.open()
    await virtual.settle()
    const at = client.text.indexOf('HTTP/1.1 101')
    expect(client.text.slice(at)).toBe(`${SWITCHING}\r\n`)
    expect(client.text.slice(0, at)).toMatch(/\/a[^]*\/b$/)
    expect(ends[0]?.text).toBe('earlylater')
  })

  it('waits for room where earlier replies fill the transport', async () => {
    const ends: TunnelEnd[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.upgrade === null) response.send('x'.repeat(50_000))
      else ends.push(new TunnelEnd(await response.upgrade()))
    })
    const client = virtual.connect({ highWaterMark: 10_000 })
    client.transport.pause()
    client.send(get('/') + upgrade() + 'early')
    await virtual.settle()
    client.transport.resume()
    await virtual.settle()
    expect(client.text.endsWith(`${'x'.repeat(50_000)}${SWITCHING}\r\n`)).toBe(true)
    expect(ends[0]?.text).toBe('early')
  })

  it('may come late: bytes that have come until then are not lost', async () => {
    const gate = new Gate()
    const ends: TunnelEnd[] = []
    const virtual = new VirtualServer(async (_asked, response) => {
      await gate.opened
      ends.push(new TunnelEnd(await response.upgrade()))
    })
    const client = virtual.connect().send(upgrade() + 'early ')
    await virtual.settle()
    client.send('waiting ')
    await virtual.settle()
    gate.open()
    await virtual.settle()
    client.send('late')
    await virtual.settle()
    expect(ends[0]?.text).toBe('early waiting late')
  })

  it('reads nothing before a listener is attached', async () => {
    let taken: TakenOver | null = null
    const virtual = new VirtualServer(async (_asked, response) => {
      taken = await response.upgrade()
    })
    const client = virtual.connect().send(upgrade())
    await virtual.settle()
    client.send('x'.repeat(1000))
    await virtual.settle()
    expect(client.transport.bytesQueued).toBe(1000)
    const end = new TunnelEnd(taken!)
    await virtual.settle()
    expect(end.text.length).toBe(1000)
  })

  it('is free of the time-outs of HTTP', async () => {
    const { virtual, ends } = upgrading()
    const client = virtual.connect().send(upgrade())
    await virtual.pass(10_000_000)
    client.send('still there')
    await virtual.settle()
    expect(ends[0]?.text).toBe('still there')
    expect(client.isEnded).toBe(false)
    expect(virtual.reactor.statistics().timersPending).toBe(0)
  })

  it('tells its owner of room: back-pressure is the transport’s own', async () => {
    const { virtual, ends } = upgrading()
    const client = virtual.connect({ highWaterMark: 1000 }).send(upgrade())
    await virtual.settle()
    client.transport.pause()
    const { transport } = ends[0]!
    expect(transport.write('x'.repeat(2000))).toBe(false)
    expect([transport.isWritable, transport.bytesQueued]).toEqual([false, 2000])
    await virtual.settle()
    client.transport.resume()
    await virtual.settle()
    expect(ends[0]?.events).toEqual(['drain'])
  })
})

describe('a connection that was taken over', () => {
  it('may be half-closed by either side', async () => {
    const { virtual, ends } = upgrading()
    const client = virtual.connect().send(upgrade() + 'last words')
    client.transport.end()
    await virtual.settle()
    const [end] = ends
    expect(end?.text).toBe('last words')
    expect(end?.events).toEqual(['end'])
    end!.transport.write('answer')
    end!.transport.end()
    await virtual.settle()
    expect(client.text.endsWith('answer')).toBe(true)
    expect(client.isEnded).toBe(true)
    expect(end?.events).toEqual(['end', 'close'])
    expect(end?.closeError).toBeNull()
    expect(virtual.server.statistics().connections).toMatchObject({ open: 0, closed: 1 })
  })

  it('tells its owner when the client resets it, and nobody counts an aborted request', async () => {
    const { virtual, ends } = upgrading()
    const client = virtual.connect().send(upgrade())
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    expect(ends[0]?.events).toEqual(['close'])
    expect(ends[0]?.closeError).toMatchObject({ code: 'ECONNRESET' })
    expect(virtual.server.statistics()).toMatchObject({ aborted: 0, connections: { open: 0 } })
    expect(virtual.errors).toEqual([])
  })

  it('tells who attaches after its end that it is gone', async () => {
    let taken: TakenOver | null = null
    const virtual = new VirtualServer(async (_asked, response) => {
      taken = await response.upgrade()
    })
    const client = virtual.connect().send(upgrade())
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    const end = new TunnelEnd(taken!)
    expect(end.events).toEqual([])
    await virtual.settle()
    expect(end.events).toEqual(['close'])
  })

  it('may be aborted by its owner', async () => {
    const { virtual, ends } = upgrading()
    const client = virtual.connect().send(upgrade())
    await virtual.settle()
    ends[0]!.transport.abort()
    await virtual.settle()
    expect(client.closeError).toMatchObject({ code: 'ECONNRESET' })
    expect(virtual.server.statistics().connections.open).toBe(0)
  })

  it('is waited for by server.close(), which resets it at the deadline', async () => {
    const { virtual, ends } = upgrading()
    const client = virtual.connect().send(upgrade())
    await virtual.settle()
    const closing = virtual.close({ drainMs: 1000 })
    await virtual.pass(999)
    client.send('still there')
    await virtual.settle()
    expect(ends[0]?.text).toBe('still there')
    expect(closing.report).toBeNull()
    await virtual.pass(2)
    expect(client.isClosed).toBe(true)
    expect(closing.report).toEqual({ answered: 0, idleClosed: 0, aborted: 1 })
  })

  it('that ends in time lets server.close() resolve before the deadline', async () => {
    const { virtual, ends } = upgrading()
    const client = virtual.connect().send(upgrade())
    await virtual.settle()
    const closing = virtual.close({ drainMs: 1000 })
    ends[0]!.transport.end()
    client.transport.end()
    await virtual.settle()
    expect(closing.report).toEqual({ answered: 0, idleClosed: 0, aborted: 0 })
  })
})

describe('a handler that does not take the connection over', () => {
  it('answers as ever, and what is pipelined behind is served', async () => {
    const virtual = new VirtualServer((asked, response) => response.send(asked.path))
    const client = virtual.connect().send(upgrade('/a') + get('/b') + upgrade('/c'), get('/d'))
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /a', '200 /b', '200 /c', '200 /d'])
    expect(client.isEnded).toBe(false)
  })

  it('may answer late: what is behind waits, for it might be another protocol', async () => {
    const gate = new Gate()
    const served: string[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      served.push(asked.path)
      if (asked.upgrade !== null) await gate.opened
      response.send(asked.path)
    })
    const client = virtual.connect().send(upgrade('/a') + get('/b'), get('/c'))
    await virtual.settle()
    expect(served).toEqual(['/a'])
    gate.open()
    await virtual.settle()
    expect(client.answers()).toEqual(['200 /a', '200 /b', '200 /c'])
  })

  it('and fails, answers 500; what is behind is served', async () => {
    const virtual = new VirtualServer((asked, response) => {
      if (asked.upgrade !== null) throw new Error('no')
      response.send(asked.path)
    })
    const client = virtual.connect().send(upgrade('/a') + get('/b'))
    await virtual.settle()
    expect(client.replies().map((reply) => reply.status)).toEqual([500, 200])
  })
})

describe('response.upgrade() is refused: CAL_ERR_RESPONSE_UPGRADE', () => {
  const said: unknown[] = []
  const asking: Handler = async (_asked, response) => {
    said.push(await codeOf(response.upgrade()))
    if (!response.isEnded) response.send('stays')
  }

  it.each<[string, string]>([
    ['when nothing was asked for', get('/')],
    ['without Connection: Upgrade, which says that the field is for us', get('/', 'Upgrade: echo')],
    ['without an Upgrade field', get('/', 'Connection: Upgrade')],
    [
      'to HTTP/1.0 (RFC 9110 §7.8)',
      `GET / HTTP/1.0\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo\r\n\r\n`,
    ],
    ['when the client closes after this request', get('/', 'Connection: close, Upgrade', 'Upgrade: echo')],
    ['while the body is on its way', request('POST', '/', ...UPGRADE, 'Content-Length: 9') + 'half'],
  ])('%s', async (_name, text) => {
    said.length = 0
    const virtual = new VirtualServer(asking)
    const client = virtual.connect().send(text)
    await virtual.settle()
    expect(said).toEqual(['CAL_ERR_RESPONSE_UPGRADE'])
    expect(client.answers()).toEqual(['200 stays'])
  })

  it('when the handler has set Connection: close', async () => {
    said.length = 0
    const virtual = new VirtualServer((asked, response) =>
      asking(asked, response.header('Connection', 'close')),
    )
    virtual.connect().send(upgrade())
    await virtual.settle()
    expect(said).toEqual(['CAL_ERR_RESPONSE_UPGRADE'])
  })

  it('but not once the body has come', async () => {
    const ends: TunnelEnd[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      const body = await asked.body.text()
      ends.push(new TunnelEnd(await response.upgrade()))
      ends[0]!.transport.write(body)
    })
    const client = virtual.connect()
    const text = post('/', 'body', ...UPGRADE)
    client.send(text.slice(0, -2))
    await virtual.settle()
    client.send(text.slice(-2) + 'early')
    await virtual.settle()
    expect(client.text).toBe(`${SWITCHING}\r\nbody`)
    expect(ends[0]?.text).toBe('early')
  })

  it('with CAL_ERR_RESPONSE_ENDED when it is asked for twice or too late, _STARTED when the reply has begun', async () => {
    const codes: unknown[] = []
    let kept: Response | null = null
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.path === '/twice') {
        kept = response
        const first = response.upgrade()
        codes.push(await codeOf(response.upgrade()))
        await first
        codes.push(await codeOf(response.upgrade()))
      } else if (asked.path === '/sent') {
        response.send('')
        codes.push(await codeOf(response.upgrade()))
      } else {
        response.write('x')
        codes.push(await codeOf(response.upgrade()))
        response.end()
      }
    })
    for (const path of ['/twice', '/sent', '/begun']) {
      virtual.connect().send(upgrade(path))
      await virtual.settle()
    }
    expect(codes).toEqual([
      'CAL_ERR_RESPONSE_ENDED',
      'CAL_ERR_RESPONSE_ENDED',
      'CAL_ERR_RESPONSE_ENDED',
      'CAL_ERR_RESPONSE_STARTED',
    ])
    expect(() => kept!.send('x')).toThrow(expect.objectContaining({ code: 'CAL_ERR_RESPONSE_ENDED' }))
  })

  it('with CAL_ERR_CLIENT_GONE when the client goes before it is its turn', async () => {
    const codes: unknown[] = []
    const virtual = new VirtualServer(async (asked, response) => {
      if (asked.upgrade !== null) codes.push(await codeOf(response.upgrade()))
    })
    const client = virtual.connect().send(get('/never') + upgrade())
    await virtual.settle()
    client.transport.abort()
    await virtual.settle()
    expect(codes).toEqual(['CAL_ERR_CLIENT_GONE'])
    expect(virtual.server.statistics().connections.open).toBe(0)
  })
})
