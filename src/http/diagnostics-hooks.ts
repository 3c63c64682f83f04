import type { Instrument } from '../reactor/instrument.js'
import type { Reactor } from '../reactor/reactor.js'
import type { DiagnosticsChannelName, DiagnosticsMessages } from './diagnostics-messages.js'
import type { Request } from './request.js'

type HooksOf<Name extends DiagnosticsChannelName> = (
  reactor: Reactor,
  publish: (message: DiagnosticsMessages[Name]) => void,
) => Instrument

/** The hooks of each channel, and what they publish. */
export const DIAGNOSTICS_HOOKS: { readonly [Name in DiagnosticsChannelName]: HooksOf<Name> } = {
  'calandria:turn': (reactor, publish) => ({
    turnStarted: (now, tasksReady) => publish({ reactor, now, phase: 'start', tasksReady }),
    turnEnded: (now, tasksRun, flushed) => publish({ reactor, now, phase: 'end', tasksRun, flushed }),
  }),
  'calandria:timers': (reactor, publish) => ({
    timersDue: (now, timers) => publish({ reactor, now, timers }),
  }),
  'calandria:task': (reactor, publish) => ({
    taskStarted: (now, name, group) => publish({ reactor, now, phase: 'start', name, group }),
    taskEnded: (now) => publish({ reactor, now, phase: 'end' }),
  }),
  'calandria:connection': (reactor, publish) => ({
    connectionOpened: (now, connection, remoteAddress) =>
      publish({ reactor, now, connection, phase: 'start', remoteAddress }),
    connectionClosed: (now, connection) => publish({ reactor, now, connection, phase: 'end' }),
  }),
  'calandria:read': (reactor, publish) => ({
    readStarted: (now, connection, bytes) => publish({ reactor, now, connection, phase: 'start', bytes }),
    readEnded: (now, connection) => publish({ reactor, now, connection, phase: 'end' }),
  }),
  'calandria:parse-batch': (reactor, publish) => ({
    parseBatchStarted: (now, connection, bytes) =>
      publish({ reactor, now, connection, phase: 'start', bytes }),
    parseBatchEnded: (now, connection, requests, bytes) =>
      publish({ reactor, now, connection, phase: 'end', requests, bytes }),
  }),
  // What a server dispatches is a `Request`, of which the floor below knows only two properties.
  'calandria:dispatch': (reactor, publish) => ({
    dispatchStarted: (now, connection, request: Request) =>
      publish({ reactor, now, connection, phase: 'start', request }),
    dispatchEnded: (now, connection, request: Request) =>
      publish({ reactor, now, connection, phase: 'end', request }),
  }),
  'calandria:response': (reactor, publish) => ({
    responseEnded: (now, connection, request: Request, status) =>
      publish({ reactor, now, connection, request, status }),
  }),
  'calandria:refusal': (reactor, publish) => ({
    requestRefused: (now, connection, code) => publish({ reactor, now, connection, code }),
  }),
  'calandria:flush': (reactor, publish) => ({
    flushStarted: (now, connection, bytes, replies) =>
      publish({ reactor, now, connection, phase: 'start', bytes, replies }),
    flushEnded: (now, connection, bytesQueued) =>
      publish({ reactor, now, connection, phase: 'end', bytesQueued }),
  }),
  'calandria:drain': (reactor, publish) => ({
    drained: (now, connection) => publish({ reactor, now, connection }),
  }),
  'calandria:stall': (reactor, publish) => ({
    stalled: (now, report) => publish({ reactor, now, report }),
  }),
}
