import { VirtualClock } from '../../src/reactor/clock.js'
import { Reactor } from '../../src/reactor/reactor.js'
import type { ReactorOptions } from '../../src/reactor/reactor-options.js'

/** A reactor that is turned by hand, on a clock that the test moves, with slices of 1 ms. */
export function makeVirtualReactor(options: ReactorOptions = {}): { reactor: Reactor; clock: VirtualClock } {
  const clock = new VirtualClock()
  return { clock, reactor: new Reactor({ clock, driver: null, timeSliceMs: 1, ...options }) }
}
