import { type LoadName } from './options.js'
import { type Pinning } from './pinning.js'
import { PipeliningLoad } from './pipelining-load.js'
import { WrkLoad } from './wrk-load.js'

/** One stretch of load against one server. */
export interface Attack {
  readonly port: number
  /** `depth` requests. */
  readonly batch: string
  readonly answerBytes: number
  readonly depth: number
  readonly connections: number
  readonly seconds: number
}

export interface Volume {
  /** Requests that were answered completely. */
  readonly requests: number
  readonly seconds: number
}

/** Something that sends requests as fast as they are answered, from a process of its own. */
export interface Load {
  readonly name: string
  /** @throws when a connection breaks or an answer is not a 2xx */
  run(attack: Attack): Promise<Volume>
}

export function chooseLoad(wanted: LoadName | undefined, pinning: Pinning): Load {
  const wrkVersion = wanted === 'own' ? undefined : WrkLoad.installedVersion()
  if (wrkVersion !== undefined) return new WrkLoad(wrkVersion, pinning)
  if (wanted === 'wrk') throw new Error('--load wrk: wrk is not installed')
  return new PipeliningLoad(pinning)
}
