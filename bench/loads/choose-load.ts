import { type Pinning } from '../pinning.js'
import { GeneratorLoad } from './generator-load.js'
import { type Attack, type Load } from './load.js'
import { PipeliningLoad } from './pipelining-load.js'
import { WrkLoad } from './wrk-load.js'

export const loadNames = ['wrk', 'own', 'generator'] as const
export type LoadName = (typeof loadNames)[number]

/** A load for most attacks, and another one for those that it can't do. */
export class Loads {
  readonly name: string
  readonly #inOrder: readonly Load[]

  /**
   * @param wanted undefined: wrk when it is installed, else the generator
   * @param calibrates whether the generator must reproduce known delays before it is believed
   * @throws when `wanted` can't be had
   */
  constructor(wanted: LoadName | undefined, pinning: Pinning, calibrates = false) {
    const generator = new GeneratorLoad(pinning, calibrates)
    const first = this.#choose(wanted, pinning, generator)
    this.#inOrder = first === generator ? [generator] : [first, generator]
    this.name = first.name
  }

  /** @throws when no load can do it */
  for(attack: Attack): Load {
    const able = this.#inOrder.find((load) => load.obstacle(attack) === undefined)
    if (able !== undefined) return able
    throw new Error(this.#inOrder.map((load) => `${load.name}: ${load.obstacle(attack) ?? ''}`).join('; '))
  }

  #choose(wanted: LoadName | undefined, pinning: Pinning, generator: Load): Load {
    if (wanted === 'own') return new PipeliningLoad(pinning)
    if (wanted === 'generator') return generator
    const version = WrkLoad.installedVersion()
    if (version !== undefined) return new WrkLoad(version, pinning)
    if (wanted === 'wrk') throw new Error('--load wrk: wrk is not installed')
    return generator
  }
}
