import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'

type Command = readonly [command: string, args: readonly string[]]

/**
 * Gives the server and the load a core each. Without it the scheduler moves them about, and a number
 * depends on who shared a core with whom.
 */
export class Pinning {
  readonly description: string
  readonly #serverCore: number
  readonly #loadCore: number
  readonly #pins: boolean

  constructor([serverCore, loadCore]: readonly [number, number]) {
    this.#serverCore = serverCore
    this.#loadCore = loadCore
    const obstacle = obstacleToPinning(serverCore, loadCore)
    this.#pins = obstacle === undefined
    this.description =
      obstacle === undefined
        ? `server on core ${serverCore}, load on core ${loadCore}`
        : `NOT pinned: ${obstacle}`
  }

  get coreCount(): number {
    return availableParallelism()
  }

  /** Server and load; undefined when they aren't pinned. */
  get cores(): readonly [number, number] | undefined {
    return this.#pins ? [this.#serverCore, this.#loadCore] : undefined
  }

  server(command: string, args: readonly string[]): Command {
    return this.#on(this.#serverCore, command, args)
  }

  load(command: string, args: readonly string[]): Command {
    return this.#on(this.#loadCore, command, args)
  }

  /**
   * Moves all threads of a server but the main one to the core of the load. On one core with it V8's compiler and collector
   * stop the main thread for milliseconds, because the kernel lets them take turns.
   */
  moveHelpersAside(pid: number): void {
    if (!this.#pins) return
    for (const thread of readdirSync(`/proc/${pid}/task`))
      if (thread !== String(pid)) spawnSync('taskset', ['-c', '-p', String(this.#loadCore), thread])
  }

  /** taskset replaces itself by the program, so the process id and the IPC channel are the program's own. */
  #on(core: number, command: string, args: readonly string[]): Command {
    return this.#pins ? ['taskset', ['-c', String(core), command, ...args]] : [command, args]
  }
}

function obstacleToPinning(serverCore: number, loadCore: number): string | undefined {
  if (availableParallelism() < 2) return 'there is one core, so server and load take turns on it'
  for (const core of [serverCore, loadCore]) {
    const trial = spawnSync('taskset', ['-c', String(core), 'true'], { encoding: 'utf8' })
    if (trial.error !== undefined) return 'there is no taskset'
    if (trial.status !== 0) return trial.stderr.trim()
  }
  return undefined
}
