import { fileURLToPath } from 'node:url'
import { outputOf } from './children.js'
import { type Attack, type Load, type Volume } from './load.js'
import { type Pinning } from './pinning.js'

/**
 * Our own client, for machines without wrk. It counts bytes where wrk parses, so that pipelined it can ask for more
 * than wrk (3.7 against 2.4 million requests/s on the machine it was written on); at depth 1 it reaches a little less.
 */
export class PipeliningLoad implements Load {
  readonly name = 'own pipelining client'
  readonly #pinning: Pinning

  constructor(pinning: Pinning) {
    this.#pinning = pinning
  }

  async run(attack: Attack): Promise<Volume> {
    const program = fileURLToPath(new URL('./pipelining-client.js', import.meta.url))
    const command = this.#pinning.load(process.execPath, [program, JSON.stringify(attack)])
    return JSON.parse(await outputOf(...command)) as Volume
  }
}
