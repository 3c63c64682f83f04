import type { GroupScheduler } from './group-scheduler.js'
import type { Reactor } from './reactor.js'
import { runTask } from './ready-queue.js'
import type { SchedulingGroup } from './scheduling-group.js'

const nextMicrotask = Promise.resolve()

/**
 * Async functions that have given the loop back and want to go on.
 *
 * The rest of an async function runs as a microtask, when the turn is over and its slice, as a rule, used up. So each
 * gets a slice of its own. As many as fit into one slice go on after a turn, one after the other; then the sockets have
 * their say again before the next one. Which group they belong to decides who is next.
 */
export class Yielders {
  readonly #reactor: Reactor
  readonly #groups: GroupScheduler
  #isGoingOn = false

  constructor(reactor: Reactor, groups: GroupScheduler) {
    this.#reactor = reactor
    this.#groups = groups
  }

  wait(group: SchedulingGroup): Promise<void> {
    return new Promise((resolve) => {
      const { line } = group
      line.join(resolve)
      if (line.isPosted) return
      line.isPosted = true
      group.post(() => {
        line.isPosted = false
        this.#choose(group, Infinity)
      })
    })
  }

  #choose(group: SchedulingGroup, most: number): void {
    group.line.choose(most)
    this.#groups.someoneYields(group)
    if (!this.#isGoingOn) void this.#goOn()
  }

  /** Those who give the loop back once more while this runs wait for a later turn. */
  async #goOn(): Promise<void> {
    const groups = this.#groups
    this.#isGoingOn = true
    await nextMicrotask // the turn is over
    this.#reactor.enter()
    groups.beginYielding(this.#reactor.now)
    const served = new Set<SchedulingGroup>()
    for (let group = groups.nextYielding(); group !== null; group = groups.nextYielding()) {
      served.add(group)
      this.#letGoOn(group)
      await nextMicrotask // it has run on, up to where it waits again
      groups.leave()
      const now = this.#reactor.clock.now()
      groups.charge(now)
      if (now >= this.#reactor.sliceEnd) break
    }
    this.#isGoingOn = false
    for (const group of groups.endYielding()) this.#holdBack(group, served.has(group))
  }

  /** The microtask before the one in which it goes on, so that no other can be taken for one of its group. */
  #letGoOn(group: SchedulingGroup): void {
    void nextMicrotask.then(() => this.#groups.enter(group))
    const goOn = group.line.shift()
    if (goOn !== undefined) runTask(goOn)
  }

  /** They have stood in line already. */
  #holdBack(group: SchedulingGroup, hasGoneOn: boolean): void {
    const chosen = group.line.holdBack()
    if (!hasGoneOn) group.ledger.starved()
    group.postFirst(() => this.#choose(group, chosen))
  }
}
