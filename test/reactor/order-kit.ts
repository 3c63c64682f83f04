import { stat } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Handler, type Reactor, serve } from '../../src/index.js'

/** What ran, in its order. */
export class Log {
  readonly entries: string[] = []
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = []

  readonly note = (entry: string): void => {
    this.entries.push(entry)
    for (const { count, resolve } of this.#waiting) if (this.entries.length >= count) resolve()
  }

  /** A callback that notes `entry`. */
  noting(entry: string): () => void {
    return () => this.note(entry)
  }

  /** Waits until so many entries stand there, and for all that is to come in that round. */
  async has(count: number): Promise<readonly string[]> {
    if (this.entries.length < count) {
      await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }))
    }
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    return this.entries
  }

  /** Leaves something to each of Node's queues, under the name of who leaves it. */
  leave(name: string): void {
    void Promise.resolve().then(this.noting(`${name}: promise`))
    process.nextTick(this.noting(`${name}: nextTick`))
  }
}

/** Runs `body` in a callback of the check phase. */
export function inCheckPhase(body: () => void): void {
  setImmediate(body)
}

/** Runs `body` in a callback of the poll phase. */
export function inPollPhase(body: () => void): void {
  stat('.', body)
}

/** Holds the loop until the clock has moved on by so much, so that what is armed for less is due. */
export function holdLoop(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

/**
 * A server on a Unix socket, whose bytes are there as soon as they are written: who writes to several of them in one go
 * makes them readable at once.
 */
export async function serveAt(reactor: Reactor, handler: Handler) {
  const folder = mkdtempSync(join(tmpdir(), 'calandria-'))
  const path = join(folder, 'x.sock')
  const server = await serve({ path, reactor, handler, flushBudgetMs: 10_000 })
  onTestFinished(async () => {
    await server.close({ drainMs: 0 })
    rmSync(folder, { recursive: true })
  })
  return { path, server, client: () => connectTo(path) }
}

export async function connectTo(path: string): Promise<Socket> {
  const socket = connect(path)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  await new Promise(setImmediate) // the server has accepted it
  await new Promise(setImmediate)
  return socket
}

export const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
