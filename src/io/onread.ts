import { connect, createServer, Socket, type SocketConstructorOpts } from 'node:net'

/**
 * Reading accepted sockets into a buffer of our own.
 *
 * `net.Socket` documents `onread` for sockets that connect. An accepted socket has the same two slots, under
 * symbols that Node doesn't export, and the same native method behind them (Node 20, 22, 24 and 26). We find the
 * symbols by their values on a probe socket, and trust none of it before {@link testOnread} has seen a connection
 * work. On Windows a read is started long before it ends, so one buffer can't serve many sockets: never there.
 *
 * This file holds all that is known about Node's inside.
 */
interface OnreadSlots {
  readonly buffer: symbol
  readonly callback: symbol
}

/** Called with the socket as `this`. Returning `false` would stop the reading; `socket.pause()` is clearer. */
export type OnreadCallback = (this: Socket, nread: number, buffer: Uint8Array) => boolean

interface Handle {
  useUserBuffer?: (buffer: Uint8Array) => void
}

let slots: OnreadSlots | null | undefined

/** @returns the symbols, or `null` where this Node has not got them */
function findSlots(): OnreadSlots | null {
  if (process.platform === 'win32') return null
  const buffer = new Uint8Array(1)
  const callback = (): boolean => true
  const options = { onread: { buffer, callback } } // documented for sockets that connect, so the types lack it here
  const probe = new Socket(options as SocketConstructorOpts)
  const valueOf = (symbol: symbol): unknown => Reflect.get(probe, symbol)
  const symbols = Object.getOwnPropertySymbols(probe)
  const bufferSlot = symbols.find((symbol) => valueOf(symbol) === buffer)
  const callbackSlot = symbols.find((symbol) => valueOf(symbol) === callback)
  probe.destroy()
  return bufferSlot === undefined || callbackSlot === undefined
    ? null
    : { buffer: bufferSlot, callback: callbackSlot }
}

/**
 * Makes a freshly accepted socket read into `buffer`.
 * @returns whether it does; if not, the socket is untouched
 */
export function readInto(socket: Socket, buffer: Uint8Array, callback: OnreadCallback): boolean {
  if (slots === undefined) slots = findSlots()
  const handle = (socket as unknown as { _handle: Handle | null })._handle
  if (slots === null || handle === null || typeof handle.useUserBuffer !== 'function') return false
  if (!(slots.buffer in socket) || !(slots.callback in socket)) return false
  Reflect.set(socket, slots.buffer, buffer)
  Reflect.set(socket, slots.callback, callback)
  handle.useUserBuffer(buffer)
  return true
}

const GREETING = 'calandria'
const TEST_TIMEOUT_MS = 1000

let tested: Promise<boolean> | undefined

/**
 * The self-test, once a process: a loopback connection must deliver its bytes into our buffer and nowhere else,
 * stop when paused, go on when resumed, and tell its end. Anything else: `false`, and `'data'` events serve.
 */
export function testOnread(): Promise<boolean> {
  tested ??= runTest().catch(() => false)
  return tested
}

async function runTest(): Promise<boolean> {
  if (process.platform === 'win32') return false
  const server = createServer({ allowHalfOpen: true })
  const sockets: Socket[] = []
  try {
    return await new Promise<boolean>((resolve, reject) => {
      server.on('error', reject)
      server.on('connection', (socket) => {
        sockets.push(socket)
        resolve(readsAsExpected(socket))
      })
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number }
        const client = connect(port, '127.0.0.1')
        sockets.push(client)
        client.on('error', reject)
        client.write(GREETING)
        // The server sends one byte once it has paused; the rest must then wait until it resumes.
        client.once('data', () => client.end(GREETING))
        client.setTimeout(TEST_TIMEOUT_MS, () => resolve(false))
      })
    })
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

function readsAsExpected(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const buffer = Buffer.alloc(64)
    let received = ''
    let isPaused = false
    const isReading = readInto(socket, buffer, function (nread, lent) {
      if (this !== socket || lent !== buffer || isPaused) resolve(false)
      received += buffer.toString('latin1', 0, nread)
      if (received === GREETING) {
        isPaused = true
        socket.pause()
        socket.write('!', () => {
          isPaused = false
          socket.resume()
        })
      }
      return true
    })
    if (!isReading) resolve(false)
    socket.on('data', () => resolve(false))
    socket.on('error', () => resolve(false))
    socket.on('end', () => resolve(received === GREETING + GREETING))
  })
}
