import { connect, createServer, type Socket } from 'node:net'
import type { Segment } from './transport.js'

/**
 * Writing to libuv's stream without the `Writable` above it.
 *
 * `Writable` keeps a state, makes a request object and calls back for every write, also when the kernel takes all
 * bytes at once, as it nearly always does. Below it stands the handle, whose write methods try the kernel first and
 * queue only what is left. They have no documented form, so we learn it from what Node itself does with a probe
 * socket, and trust none of it before {@link testDirectWrite} has seen a connection work. There are two forms:
 *
 * - Node 20 to 24 are given a request object, and attach it only when something is left to be written. So one spare
 *   object serves every write that is done at once; whether it was attached, its async id tells.
 * - Node 26 is given `null`, and returns a request only when something is left to be written.
 *
 * On Windows writes are never done at once, so there is nothing to win. `bench/micro/socket-paths.ts` has the figures.
 *
 * This file holds all that is known about Node's inside for writing, as `onread.ts` does for reading.
 */
export interface StreamHandle {
  /** Bytes that the kernel has not taken. */
  readonly writeQueueSize: number
  writeBuffer(request: WriteRequest | null, bytes: Uint8Array): number | WriteRequest
  writeLatin1String(request: WriteRequest | null, text: string): number | WriteRequest
  writev(request: WriteRequest | null, chunks: unknown[], allBuffers: boolean): number | WriteRequest
}

/** A write of which something is left to be written. */
export interface WriteRequest {
  /** Called once, with 0 or a negative errno, when all has left or nothing more will. */
  oncomplete: (this: WriteRequest, status: number) => void
  /** What is being written: nobody else keeps it from the collector. */
  buffer: unknown
  /** Whose write it is. */
  owner?: unknown
  getAsyncId(): number
  /** Node 26: how it ended, when it did so before anybody could ask to be told. */
  readonly writeStatus?: number | null
}

/** What Node's own write was seen to do; `null` before the self-test. */
interface Form {
  readonly Request: (new () => WriteRequest) | null
}

/** A write that the kernel has taken as a whole. */
export const TAKEN = 0

const UNATTACHED = -1

let form: Form | null = null
/** For the next write; `null` where Node makes the requests. */
let spare: WriteRequest | null = null

/**
 * Writes past the stream.
 * @param data not empty: libuv would end the process
 * @returns {@link TAKEN}, a negative errno, or the request for what is left: set its `oncomplete` at once
 */
export function writeDirectly(handle: StreamHandle, data: Segment): number | WriteRequest {
  const request = spare
  const outcome =
    typeof data === 'string' ? handle.writeLatin1String(request, data) : handle.writeBuffer(request, data)
  if (outcome === TAKEN && request !== null && request.getAsyncId() === UNATTACHED) return TAKEN
  return settle(outcome, request, data)
}

/** {@link writeDirectly} for several segments, of which one at least is not empty, in one gathering write. */
export function writeAllDirectly(handle: StreamHandle, segments: readonly Segment[]): number | WriteRequest {
  const request = spare
  const allBuffers = segments.every((segment) => typeof segment !== 'string')
  const chunks: unknown[] = []
  for (const segment of segments) {
    chunks.push(segment)
    if (!allBuffers) chunks.push(typeof segment === 'string' ? 'latin1' : 'buffer')
  }
  const outcome = handle.writev(request, chunks, allBuffers)
  if (outcome === TAKEN && request !== null && request.getAsyncId() === UNATTACHED) return TAKEN
  return settle(outcome, request, chunks)
}

/** Whatever was not simply taken. */
function settle(
  outcome: number | WriteRequest,
  given: WriteRequest | null,
  data: unknown,
): number | WriteRequest {
  if (given !== null) spare = newRequest() // the one that was given may be in use from now on
  if (typeof outcome === 'number' && (outcome !== TAKEN || given === null)) return outcome
  const request = typeof outcome === 'number' ? (given as WriteRequest) : outcome
  if (typeof request.writeStatus === 'number') return request.writeStatus
  request.buffer = data
  return request
}

function newRequest(): WriteRequest | null {
  const Request = form?.Request ?? null
  return Request === null ? null : new Request()
}

/**
 * The handle of a socket that may be written to directly.
 * @returns `null` where the self-test has not passed, or the socket has something else below it
 */
export function directHandleOf(socket: Socket): StreamHandle | null {
  const handle = rawHandleOf(socket)
  if (form === null || handle === null || !hasForm(handle)) return null
  return handle
}

function rawHandleOf(socket: Socket): StreamHandle | null {
  return (socket as unknown as { readonly _handle: StreamHandle | null })._handle
}

function hasForm(handle: Partial<StreamHandle>): boolean {
  const { writeBuffer, writeLatin1String, writev, writeQueueSize } = handle
  return (
    [writeBuffer, writeLatin1String, writev].every((method) => typeof method === 'function') &&
    typeof writeQueueSize === 'number'
  )
}

const GREETING = 'calandria'
/** Written again and again until the kernel's buffers are full, and something is left to be written. */
const BLOCK_BYTES = GREETING.length << 16
const MOST_BLOCKS = 1000
const TEST_TIMEOUT_MS = 1000

let tested: Promise<boolean> | undefined

/**
 * The self-test, once a process: over a loopback connection every kind of write must arrive as it is and in order, the
 * small ones at once, a large one with its completion told, and the end behind all of them. Anything else: `false`, and
 * Node's streams serve.
 */
export function testDirectWrite(): Promise<boolean> {
  tested ??= runTest()
    .catch(() => false)
    .then((passed) => {
      if (!passed) form = spare = null
      return passed
    })
  return tested
}

async function runTest(): Promise<boolean> {
  if (process.platform === 'win32') return false
  const server = createServer()
  const sockets: Socket[] = []
  try {
    return await new Promise<boolean>((resolve, reject) => {
      server.on('error', reject)
      server.on('connection', (socket) => {
        sockets.push(socket)
        socket.on('error', reject)
        resolve(writesAsExpected(socket, client))
      })
      let client!: Socket
      server.listen(0, '127.0.0.1', () => {
        client = connect((server.address() as { port: number }).port, '127.0.0.1')
        sockets.push(client)
        client.on('error', reject)
        client.setTimeout(TEST_TIMEOUT_MS, () => resolve(false))
      })
    })
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

async function writesAsExpected(socket: Socket, client: Socket): Promise<boolean> {
  const handle = rawHandleOf(socket)
  if (handle === null || !hasForm(handle)) return false
  form = learnForm(socket, handle)
  if (form === null) return false
  spare = newRequest()

  const bytes = Buffer.from(GREETING)
  const small = [
    writeDirectly(handle, GREETING),
    writeDirectly(handle, bytes),
    writeAllDirectly(handle, [bytes, bytes]),
    writeAllDirectly(handle, [GREETING, bytes]),
  ]
  if (small.some((outcome) => outcome !== TAKEN)) return false
  const block = Buffer.alloc(BLOCK_BYTES, GREETING)
  let blocks = 0
  let last: number | WriteRequest
  do last = writeDirectly(handle, block)
  while (++blocks < MOST_BLOCKS && last === TAKEN)
  if (typeof last === 'number' || handle.writeQueueSize === 0) return false
  const request = last
  const completed = new Promise<number>((resolve) => (request.oncomplete = resolve))
  const received = hasReceived(client, 7 * GREETING.length + blocks * BLOCK_BYTES)
  if ((await completed) !== 0 || handle.writeQueueSize !== 0) return false
  socket.end()
  return received
}

/** Whether the socket gives nothing but greetings, so many bytes of them, and then its end. */
async function hasReceived(client: Socket, length: number): Promise<boolean> {
  let received = 0
  for await (const chunk of client as AsyncIterable<Buffer>) {
    const shift = received % GREETING.length
    const expected = Buffer.alloc(chunk.length, GREETING.slice(shift) + GREETING.slice(0, shift))
    if (!chunk.equals(expected)) return false
    received += chunk.length
  }
  return received === length
}

/** Looks on while Node writes a first greeting. */
function learnForm(socket: Socket, handle: StreamHandle): Form | null {
  const write = Object.getPrototypeOf(handle) as StreamHandle
  let seen: Form | null = null
  handle.writeLatin1String = (request, text) => {
    const Request: unknown = request === null ? null : request.constructor
    if (Request !== Object) seen = { Request: Request as Form['Request'] }
    return write.writeLatin1String.call(handle, request, text)
  }
  socket.write(GREETING, 'latin1')
  Reflect.deleteProperty(handle, 'writeLatin1String')
  return seen
}
