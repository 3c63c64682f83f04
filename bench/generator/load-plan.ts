import type { LoadTlsOptions } from './load-options.js'
import type { LoadSettings } from './load-result.js'
import type { RenderedRequest } from './rendered-request.js'

/** `LoadOptions`, checked, with nothing left open: what every process of a run is given. */
export interface LoadPlan extends Omit<LoadSettings, 'url' | 'socketPath' | 'cores' | 'requests'> {
  readonly target: Target
  readonly requests: readonly RenderedRequest[]
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
