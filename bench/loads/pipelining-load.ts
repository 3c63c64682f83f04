import { outputOf } from '../children.js'
import { type Attack, type Load, type Volume } from './load.js'
import { type Done, type Task } from './pipelining-task.js'
import { type Pinning } from '../pinning.js'
import { builtProgram } from '../root.js'
import { wireForm } from '../suite/ask.js'

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

  obstacle({ requestsPerSecond, checked, asks, depth, reconnects }: Attack): string | undefined {
    if (requestsPerSecond !== undefined) return 'it has no schedule'
    if (depth !== asks.length) return 'it sends all requests in one go'
    if (reconnects) return 'it keeps its connections'
    return checked.areOfOneLength ? undefined : 'it counts bytes, so all answers must be of one length'
  }

  async run(attack: Attack): Promise<Volume> {
    const { place, asks, depth, checked, connections, seconds } = attack
    const batch = asks.map((ask) => wireForm(ask, place)).join('')
    const { answerBytes } = checked
    const task: Task = { place, batch, depth, answerBytes, connections, seconds }
    const program = builtProgram('loads/pipelining-client')
    const command = this.#pinning.load(process.execPath, [program])
    const done = JSON.parse(await outputOf(...command, JSON.stringify(task))) as Done
    return { ...done, latencies: undefined, faults: [], misgivings: [] }
  }
}
