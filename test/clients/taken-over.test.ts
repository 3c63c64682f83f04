import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Client, WebSocket } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Handler, Request, Response } from '../../src/index.js'
import { TunnelEnd } from '../http/tunnel-end.js'
import { READ_PATHS, startServer } from '../sockets/started-server.js'

/** Sends back whatever comes, in capitals. */
async function shout(response: Response): Promise<TunnelEnd> {
  const end = new TunnelEnd(await response.upgrade())
  end.onText = (text) => end.transport.write(text.toUpperCase())
  if (end.text !== '') end.onText(end.text)
  end.onEnd = () => end.transport.end()
  return end
}

const shouting: Handler = async (_request, response) => {
  await shout(response)
}

async function talk(socket: Duplex, words: string): Promise<string> {
  socket.write(words)
  let heard = ''
  while (heard.length < words.length) heard += String((await once(socket, 'data'))[0])
  return heard
}

/** RFC 6455 §4.2.2 */
function acceptOf(request: Request): string {
  const key = request.headers.get('sec-websocket-key') ?? ''
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

/** The payload of one short, masked frame of a client (RFC 6455 §5.2). */
function unmask(frame: Buffer): string {
  const length = frame[1]! & 0x7f
  const mask = frame.subarray(2, 6)
  return Buffer.from(frame.subarray(6, 6 + length).map((byte, index) => byte ^ mask[index % 4]!)).toString()
}

function frameOf(opcode: number, payload: string): Buffer {
  return Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), Buffer.from(payload)])
}

describe.each(READ_PATHS)('a connection that is taken over, read path %s', (readPath) => {
  test('node:http’s client: upgrade', async () => {
    const server = await startServer({ readPath, handler: shouting })
    const request = httpRequest({
      port: server.address.port,
      host: '127.0.0.1',
      headers: { Connection: 'Upgrade', Upgrade: 'shout' },
    }).end()
    const [message, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Socket, Buffer]
    onTestFinished(() => void socket.destroy())
    expect([message.statusCode, message.headers.upgrade]).toEqual([101, 'shout'])
    expect(await talk(socket, 'hello')).toBe('HELLO')
    expect(await talk(socket, 'x'.repeat(300_000))).toBe('X'.repeat(300_000))
    socket.end()
    await once(socket, 'close')
  })

  test('node:http’s client: CONNECT', async () => {
    const targets: string[] = []
    const server = await startServer({
      readPath,
      handler: (_request, response) => response.send(),
      connect: async (request, response) => {
        targets.push(request.target)
        await shout(response)
      },
    })
    const request = httpRequest({
      port: server.address.port,
      host: '127.0.0.1',
      method: 'CONNECT',
      path: 'example.org:443',
    }).end()
    const [message, socket] = (await once(request, 'connect')) as [IncomingMessage, Socket, Buffer]
    onTestFinished(() => void socket.destroy())
    expect([message.statusCode, targets]).toEqual([200, ['example.org:443']])
    expect(await talk(socket, 'hello')).toBe('HELLO')
    socket.end()
    await once(socket, 'close')
  })

  test('undici: upgrade', async () => {
    const server = await startServer({ readPath, handler: shouting })
    const client = new Client(`http://127.0.0.1:${server.address.port}`)
    onTestFinished(() => client.destroy())
    const { socket } = await client.upgrade({ path: '/', protocol: 'shout' })
    onTestFinished(() => void socket.destroy())
    expect(await talk(socket, 'hello')).toBe('HELLO')
  })

  test('a WebSocket: handshake, a text frame each way, the closing handshake', async () => {
    const received: string[] = []
    const server = await startServer({
      readPath,
      handler: async (request, response) => {
        response.header('Sec-WebSocket-Accept', acceptOf(request))
        const end = new TunnelEnd(await response.upgrade())
        end.transport.write(frameOf(1, 'welcome'))
        end.onText = (text) => {
          const frame = Buffer.from(text, 'latin1')
          if ((frame[0]! & 0xf) === 8) {
            end.transport.write(frameOf(8, ''))
            end.transport.end()
          } else {
            received.push(unmask(frame))
            end.transport.write(frameOf(1, `you said ${received.at(-1)}`))
          }
        }
        end.onEnd = () => end.transport.end()
      },
    })
    const socket = new WebSocket(`ws://127.0.0.1:${server.address.port}/chat`)
    const messages: unknown[] = []
    const closed = new Promise<boolean>((resolve, reject) => {
      socket.onerror = () => reject(new Error('the handshake failed'))
      socket.onclose = (event) => resolve(event.wasClean)
    })
    socket.onmessage = ({ data }) => {
      messages.push(data)
      if (messages.length === 1) socket.send('hello')
      else socket.close()
    }
    expect(await closed).toBe(true)
    expect(messages).toEqual(['welcome', 'you said hello'])
    expect(received).toEqual(['hello'])
  })

  test('server.close() waits for it, and resets it at the deadline', async () => {
    const server = await startServer({ readPath, handler: shouting })
    const request = httpRequest({
      port: server.address.port,
      host: '127.0.0.1',
      headers: { Connection: 'Upgrade', Upgrade: 'shout' },
    }).end()
    const [, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Socket, Buffer]
    const gone = new Promise<unknown>((resolve) => socket.on('error', resolve))
    expect(await server.close({ drainMs: 20 })).toEqual({ answered: 0, idleClosed: 0, aborted: 1 })
    expect(await gone).toMatchObject({ code: 'ECONNRESET' })
  })
})
