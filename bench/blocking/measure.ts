import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startChild } from '../children.js'
import type { Pinning } from '../pinning.js'
import type { Holds } from './hold-meter.js'
import type { Answer, Order } from './messages.js'
import { type CaseName, type SubjectName, type WorstCase, worstCases } from './worst-case.js'

const PATIENCE_MS = 60_000
/** Of those that measure themselves: the clock of `thread-cpu.ts` comes with a warning. */
const QUIETLY = '--disable-warning=ExperimentalWarning'

/** A process that takes orders over IPC. */
class Party {
  readonly #child: ChildProcess
  readonly #answers: Answer[] = []
  #wake: (() => void) | null = null

  constructor([command, parameters]: readonly [string, readonly string[]]) {
    this.#child = startChild(command, parameters, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child.on('message', (answer: Answer) => {
      this.#answers.push(answer)
      this.#wake?.()
    })
    this.#child.once('exit', () => this.#wake?.())
  }

  async answer(): Promise<Answer> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS)
    try {
      for (;;) {
        const answer = this.#answers.shift()
        if (answer !== undefined) return answer
        const { exitCode, signalCode } = this.#child
        if (exitCode !== null || signalCode !== null)
          throw new Error(`a process has ended (${exitCode ?? signalCode}): see above`)
        await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      clearTimeout(timer)
    }
  }

  get pid(): number {
    return this.#child.pid ?? NaN
  }

  order(order: Order): Promise<Answer> {
    this.#child.send(order)
    return this.answer()
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }
}

const program = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url))

/** What the machine does to a process that only counts, on the core of the servers. */
export async function measureControl(node: string, pinning: Pinning): Promise<Holds> {
  const party = new Party(pinning.server(node, [QUIETLY, program('control')]))
  try {
    await party.answer()
    pinning.moveHelpersAside(party.pid)
    await party.order('begin')
    await party.order('act')
    return holdsOf(await party.order('end'))
  } finally {
    await party.stop()
  }
}

function holdsOf({ holds }: Answer): Holds {
  if (holds === undefined) throw new Error('a subject has not measured')
  return holds
}

/** Does the case once, with fresh processes: one core for the server, one for its clients. */
export async function measure(
  caseName: CaseName,
  subject: SubjectName,
  node: string,
  pinning: Pinning,
): Promise<Holds> {
  const worstCase: WorstCase = worstCases[caseName]
  const text = JSON.stringify(worstCase)
  const parties: Party[] = []
  const start = (command: readonly [string, readonly string[]]): Party => {
    const party = new Party(command)
    parties.push(party)
    return party
  }
  try {
    const server = start(pinning.server(node, [QUIETLY, program('subject'), subject, text]))
    const { port } = await server.answer()
    pinning.moveHelpersAside(server.pid)
    const load = start(pinning.load(process.execPath, [program('load'), String(port), text]))
    await load.answer()
    const once = async (): Promise<void> => {
      if (worstCase.act !== 'nothing') await server.order('act')
      else await load.order('send')
    }
    if (worstCase.times > 1) for (let i = 0; i < Math.ceil(worstCase.times / 2); i++) await once()
    if (worstCase.act !== 'nothing' && worstCase.send !== 'nothing') await load.order('send')
    await server.order('begin')
    for (let i = 0; i < worstCase.times; i++) await once()
    return holdsOf(await server.order('end'))
  } finally {
    await Promise.all(parties.map((party) => party.stop()))
  }
}
