import type { Reactor } from '../reactor/reactor.js'
import { seeOff } from './see-off.js'

/** Who may be among the {@link Departures}. */
export interface Departing {
  /** Its peer has ended, and now there is time for it. */
  depart(): void
}

/**
 * Clients that rest, and whose end has been read: when thousands leave at once, as behind a load balancer that is restarted,
 * libuv tells of all of them in one poll. To end our side costs several times as much as to be told, so once the poll has had
 * its slice they wait here.
 */
export class Departures {
  readonly #reactor: Reactor
  readonly #gone: () => number
  readonly #waiting = new Set<Departing>()
  #isSeeingOff = false

  /** @param gone how many have gone for good until now */
  constructor(reactor: Reactor, gone: () => number) {
    this.#reactor = reactor
    this.#gone = gone
  }

  /** One more. It departs at once if there is time, else in a turn to come. */
  add(one: Departing): void {
    const { poll, now } = this.#reactor
    if (poll.isOver(now)) {
      this.#waiting.add(one)
      if (!this.#isSeeingOff) this.#seeOff()
    } else {
      one.depart()
      this.#reactor.entryWasDear() // it goes on costing, in the later phases of the round
    }
  }

  /** It has gone of itself. */
  delete(one: Departing): void {
    this.#waiting.delete(one)
  }

  #seeOff(): void {
    this.#isSeeingOff = true
    const tell = (one: Departing): void => {
      this.#waiting.delete(one)
      one.depart()
    }
    seeOff(this.#reactor, this.#waiting, tell, this.#gone, () => (this.#isSeeingOff = false))
  }
}
