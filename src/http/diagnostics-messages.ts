import type { Reactor } from '../reactor/reactor.js'
import type { StallReport } from '../reactor/stall-report.js'
import type { Request } from './request.js'

/** What every message has. */
export interface DiagnosticsMessage {
  readonly reactor: Reactor
  /** Reading of the reactor's clock, in milliseconds. */
  readonly now: number
}

/** What messages about a connection have. */
export interface ConnectionMessage extends DiagnosticsMessage {
  /** Its number, the same for life; of this reactor. */
  readonly connection: number
}

type Of<Message, Facts> = Message & Readonly<Facts>

/** What is published, by channel. See `Instrument` for the moments, and `docs/tracing.md`. */
export interface DiagnosticsMessages {
  'calandria:turn':
    | Of<DiagnosticsMessage, { phase: 'start'; tasksReady: number }>
    | Of<DiagnosticsMessage, { phase: 'end'; tasksRun: number; flushed: number }>
  'calandria:timers': Of<DiagnosticsMessage, { timers: number }>
  'calandria:task':
    | Of<DiagnosticsMessage, { phase: 'start'; name: string; group: string }>
    | Of<DiagnosticsMessage, { phase: 'end' }>
  'calandria:connection':
    | Of<ConnectionMessage, { phase: 'start'; remoteAddress: string | null }>
    | Of<ConnectionMessage, { phase: 'end' }>
  'calandria:read':
    Of<ConnectionMessage, { phase: 'start'; bytes: number }> | Of<ConnectionMessage, { phase: 'end' }>
  'calandria:parse-batch':
    | Of<ConnectionMessage, { phase: 'start'; bytes: number }>
    | Of<ConnectionMessage, { phase: 'end'; requests: number; bytes: number }>
  'calandria:dispatch': Of<ConnectionMessage, { phase: 'start' | 'end'; request: Request }>
  /** `status` 0: the client has gone before. */
  'calandria:response': Of<ConnectionMessage, { request: Request; status: number }>
  'calandria:refusal': Of<ConnectionMessage, { code: string }>
  'calandria:flush':
    | Of<ConnectionMessage, { phase: 'start'; bytes: number; replies: number }>
    | Of<ConnectionMessage, { phase: 'end'; bytesQueued: number }>
  'calandria:drain': ConnectionMessage
  'calandria:stall': Of<DiagnosticsMessage, { report: StallReport }>
}

export type DiagnosticsChannelName = keyof DiagnosticsMessages
