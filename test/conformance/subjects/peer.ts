import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Handled } from '../handled.js'
import { SocketClient } from '../socket-client.js'
import type { Subject } from './subject.js'

/** How long a peer may be silent until we take it that it waits for us. */
const PATIENCE_MS = 700

interface Announcement {
  readonly port: number
  /** Where its log can be taken. */
  readonly control: number
  readonly version: string
}

/** Another server: a program that prints where it listens, and serves its log on a second port. */
export class Peer implements Subject {
  readonly version: string
  readonly #child: ChildProcess
  readonly #at: Announcement

  private constructor(child: ChildProcess, at: Announcement) {
    this.#child = child
    this.#at = at
    this.version = at.version
  }

  /** @throws when the program can't be run, or ends without having said where it listens */
  static async start(program: string, parameters: readonly string[]): Promise<Peer> {
    const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'ignore'] })
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`${program} has exited with ${String(code)}`)
    })
    const lines = createInterface({ input: child.stdout })
    const [line] = (await Promise.race([once(lines, 'line'), failed])) as [string]
    failed.catch(() => undefined)
    return new Peer(child, JSON.parse(line) as Announcement)
  }

  async connect(): Promise<SocketClient> {
    const socket = connect({ host: '127.0.0.1', port: this.#at.port, allowHalfOpen: true, noDelay: true })
    await once(socket, 'connect')
    return new SocketClient(socket, PATIENCE_MS)
  }

  async takeLog(): Promise<readonly Handled[]> {
    const response = await fetch(`http://127.0.0.1:${this.#at.control}/`)
    return (await response.json()) as Handled[]
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }
}
