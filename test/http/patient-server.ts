import type { Handler } from '../../src/http/handler.js'
import { DEFAULT_TIMEOUTS, type Timeouts } from '../../src/http/limits.js'
import type { ServeOptions } from '../../src/http/server-options.js'
import { type MemoryClient, VirtualServer } from './memory-client.js'

const PATIENT = 1e9

/** A server that waits long for everything but what a test gives. Its handler answers with the path by default. */
export function patientServer(
  timeouts: Partial<Timeouts>,
  handler: Handler = (asked, response) => response.send(asked.path),
  options: Partial<ServeOptions> = {},
): VirtualServer {
  const names = Object.keys(DEFAULT_TIMEOUTS).filter((name) => name !== 'bodyBytesPerSecond')
  const patient = Object.fromEntries(names.map((name) => [name, PATIENT]))
  return new VirtualServer(handler, { ...options, timeouts: { ...patient, ...timeouts } })
}

export function statusesOf(client: MemoryClient): number[] {
  return client.replies().map((reply) => reply.status)
}
