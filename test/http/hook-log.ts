import type { Instrument } from '../../src/reactor/instrument.js'
import type { Reactor } from '../../src/reactor/reactor.js'

/** Hooks of what happens to connections; those of turns and tasks are the reactor's. */
export const CONNECTION_HOOKS = [
  'connectionOpened',
  'connectionClosed',
  'readStarted',
  'readEnded',
  'parseBatchStarted',
  'parseBatchEnded',
  'dispatchStarted',
  'dispatchEnded',
  'responseEnded',
  'requestRefused',
  'flushStarted',
  'flushEnded',
  'drained',
] as const satisfies (keyof Instrument)[]

export const ALL_HOOKS = [
  ...CONNECTION_HOOKS,
  'turnStarted',
  'timersDue',
  'turnEnded',
  'taskStarted',
  'taskEnded',
] as const satisfies (keyof Instrument)[]

/** Every call of these hooks from now on as a line: the hook and its values, without the moment. */
export function logHooks(
  reactor: Reactor,
  hooks: readonly (keyof Instrument)[] = CONNECTION_HOOKS,
): string[] {
  const log: string[] = []
  for (const hook of hooks)
    reactor.instrument({
      [hook]: (_now: number, ...values: unknown[]) => log.push([hook, ...values.map(show)].join(' ')),
    })
  return log
}

function show(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { method, path } = value as { readonly method: string; readonly path: string }
  return `${method} ${path}`
}
