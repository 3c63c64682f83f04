import { CalandriaError } from '../../errors/calandria-error.js'

/** Where a replay has left the recording. */
export interface DivergencePlace {
  /** The number of the recorded event, from 0. */
  readonly event: number
  /** Where in the file it is; its length at the end. */
  readonly offset: number
  /** Milliseconds of the recorded clock since the recording began. */
  readonly timeMs: number
  /** The number of the connection, in the order in which they came; `null` when it is about none. */
  readonly connection: number | null
  /** What the recording has. */
  readonly expected: string
  /** What the replay did. */
  readonly actual: string
}

/** `CAL_ERR_REPLAY_DIVERGED`: the first thing that a replay did otherwise than the recording. */
export class ReplayDivergence extends CalandriaError implements DivergencePlace {
  readonly event: number
  readonly offset: number
  readonly timeMs: number
  readonly connection: number | null
  readonly expected: string
  readonly actual: string

  constructor({ event, offset, timeMs, connection, expected, actual }: DivergencePlace) {
    const where = `event ${event} (byte ${offset}), at ${timeMs.toFixed(3)} ms`
    const whose = connection === null ? '' : `, connection #${connection}`
    super('CAL_ERR_REPLAY_DIVERGED', `${where}${whose}\n  recorded: ${expected}\n  replayed: ${actual}`)
    this.name = 'ReplayDivergence'
    this.event = event
    this.offset = offset
    this.timeMs = timeMs
    this.connection = connection
    this.expected = expected
    this.actual = actual
  }
}
