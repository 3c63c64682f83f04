import type { Reactor } from 'calandria'
import type { ReplayOptions } from 'calandria/testing'
import { demoRoutes } from './demo-routes.js'

/**
 * What a replay of the demo needs:
 *
 *     npm run replay -- demo.calrec --handler build/examples/demo-replay.js
 */
export function options(reactor: Reactor): ReplayOptions {
  return { handler: demoRoutes(reactor).handler }
}
