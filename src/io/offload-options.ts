import type { Transferable } from 'node:worker_threads'
import { CalandriaTypeError } from '../errors/calandria-error.js'

/** What `offload()` takes beside the module and its input. */
export interface OffloadOptions {
  /**
   * Ends the work when it is aborted: its thread is terminated, its process killed. A thread can't be ended while it
   * waits for a system call (`execSync`): give such work a process.
   */
  readonly signal?: AbortSignal
  /** How long to wait for the result, the time in the queue included, in milliseconds. Default: for ever. */
  readonly timeoutMs?: number
  /** Where the work runs. A process costs more, and its crash takes nothing else with it. Default `thread`. */
  readonly kind?: 'thread' | 'process'
  /** What of the input is handed over instead of copied; for threads only. */
  readonly transferList?: readonly Transferable[]
}

const KINDS: readonly string[] = ['thread', 'process']

/** @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function checkOffload(moduleUrl: string | URL, options: OffloadOptions): string {
  const { kind = 'thread', timeoutMs = 1, signal, transferList } = options
  if (!KINDS.includes(kind)) throw wrong('kind must be thread or process')
  if (!(typeof timeoutMs === 'number' && timeoutMs >= 0 && timeoutMs < Infinity))
    throw wrong('timeoutMs must be a number of milliseconds')
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw wrong('signal must be an AbortSignal')
  if (transferList !== undefined && (!Array.isArray(transferList) || kind === 'process'))
    throw wrong('transferList must be a list, and needs kind thread')
  if (transferList !== undefined && new Set(transferList).size < transferList.length)
    throw wrong('transferList has something twice')
  const url = String(moduleUrl)
  if (!url.startsWith('file:') || !URL.canParse(url)) throw wrong('the module must be a file: URL')
  return url
}

export function checkSize(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value
  throw wrong(`${name} must be a whole number, at least ${least}`)
}

function wrong(detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OPTION', `offload: ${detail}`)
}
