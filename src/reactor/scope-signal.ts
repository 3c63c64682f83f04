// eslint-disable-next-line no-restricted-imports -- there is no other way to it; it asks Node for neither time nor I/O
import { setMaxListeners } from 'node:events'

/**
 * A controller for a signal that any number of tasks may listen to: Node warns of a leak from eleven listeners on
 * (Node 20 does so for signals, too), and they all leave when their tasks end.
 */
export function makeScopeController(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}
