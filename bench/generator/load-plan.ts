import type { LoadTlsOptions } from './load-options.js'
import type { RenderedRequest } from './rendered-request.js'

/** {@link LoadOptions}, checked, with nothing left open: what every process of a run is given. Times in milliseconds. */
export interface LoadPlan {
  readonly target: Target
  readonly connections: number
  readonly depth: number
  readonly durationMs: number
  readonly warmUpMs: number
  readonly rampMs: number
  readonly timeoutMs: number
  readonly rate: number | null
  readonly burst: number
  readonly requestsPerConnection: number | null
  readonly requests: readonly RenderedRequest[]
  readonly processes: number
  readonly sources: number
  readonly spin: boolean
  readonly seed: number
}

/** Whom to connect to. */
export type Target =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsTarget | null }
  | { readonly kind: 'unix'; readonly path: string; readonly tls: TlsTarget | null }

export interface TlsTarget extends LoadTlsOptions {
  readonly servername: string
}

/** @returns how many of `total` connections belong to a process; the first ones take what is left over */
export function shareOf(total: number, process: number, processes: number): number {
  return Math.floor(total / processes) + (process < total % processes ? 1 : 0)
}
