import type { RecordSettings, RecordingReport } from '../io/recording/recording-log.js'
import { aFunction, refuseUnknown, text, wholeNumber, wrong } from './option-checks.js'
import type { CheckedOptions } from './server-options.js'

/**
 * What `serve({ record })` takes. The file holds what clients have sent, byte for byte: passwords, cookies, bodies. Treat
 * it as you treat them.
 */
export interface RecordOptions {
  /** Where to record to. It must not exist yet, and is readable for its owner only. */
  readonly file: string
  /** The recording ends when the file has so many bytes. Default 268,435,456. */
  readonly maxBytes?: number
  /** Bytes that may wait for the disk; when there are more, the recording ends. Default 33,554,432. */
  readonly maxBufferedBytes?: number
  /**
   * `hash`: of what is written, length and checksum are kept, which is enough to see whether a replay does the same.
   * `bytes`: all of it is, so that a difference can be shown. Default `hash`.
   */
  readonly outputs?: 'hash' | 'bytes'
  /** Is told when and why the recording has ended. Default: a process warning, unless the server was closed. */
  readonly onEnd?: (report: RecordingReport) => void
}

const NAMES: readonly string[] = [
  'file',
  'maxBytes',
  'maxBufferedBytes',
  'outputs',
  'onEnd',
] satisfies (keyof RecordOptions)[]

/** The head of a file must fit in, and something worth replaying. */
const LEAST_BYTES = 4096

/** @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function checkRecord(options: RecordOptions): RecordSettings {
  if (typeof options !== 'object' || (options as unknown) === null) throw wrong('record must be an object')
  refuseUnknown(options, NAMES, 'record.')
  const { maxBytes = 256 * 1024 * 1024, maxBufferedBytes = 32 * 1024 * 1024, outputs = 'hash' } = options
  if (!['hash', 'bytes'].includes(outputs)) throw wrong('record.outputs must be hash or bytes')
  return {
    file: text('record.file', options.file),
    maxBytes: wholeNumber('record.maxBytes', maxBytes, LEAST_BYTES, Number.MAX_SAFE_INTEGER),
    maxBufferedBytes: wholeNumber(
      'record.maxBufferedBytes',
      maxBufferedBytes,
      LEAST_BYTES,
      Number.MAX_SAFE_INTEGER,
    ),
    outputs,
    onEnd: aFunction('record.onEnd', options.onEnd ?? warnOfEnd),
  }
}

/** What a replay takes over. Handlers and parser engines are code: who replays gives them. */
export function recordedSettings(options: CheckedOptions): Record<string, unknown> {
  const { policy, flushBudgetMs, limits, timeouts, lingerMs, allowHalfOpen, parser, connect } = options
  return {
    flush: policy.name,
    flushBudgetMs,
    limits,
    timeouts,
    lingerMs,
    allowHalfOpen,
    parser: parser.name,
    connect: connect !== null,
  }
}

function warnOfEnd({ error, file }: RecordingReport): void {
  if (error !== null) process.emitWarning(`${error.message} (${file})`, 'CalandriaWarning')
}
