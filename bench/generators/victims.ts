import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startChild } from '../children.js'
import type { Pinning } from '../pinning.js'
import { calandria } from '../subjects/calandria.js'
import { replies } from '../suite/act.js'
import { get } from '../suite/ask.js'
import { RunningSubject } from '../suite/running-subject.js'

/** A server that is loaded by every generator in turn. */
export interface Victim {
  readonly url: string
  stop(): Promise<void> | void
}

/** Calandria itself. The floor is faster, but it counts bytes, and each generator's requests are of another length. */
export async function startCalandria(pinning: Pinning): Promise<Victim> {
  const asks = [get(replies.hello)]
  const running = await RunningSubject.start(calandria, {
    act: 'hello',
    asks,
    node: process.execPath,
    pinning,
  })
  return { url: urlOf(running.place.port), stop: () => running.stop() }
}

/** A server whose delays are known: see `calibration-server.ts`. */
export async function startDelayed(kind: 'delay' | 'stall', pinning: Pinning): Promise<Victim> {
  const program = fileURLToPath(import.meta.resolve('#calandria/bench/calibration-server.js'))
  const [command, parameters] = pinning.server(process.execPath, [program, kind])
  const child = startChild(command, parameters, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [port] = (await once(child, 'message')) as [number]
  pinning.moveHelpersAside(child.pid!)
  return { url: urlOf(port), stop: () => void child.kill('SIGKILL') }
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}/`
}
