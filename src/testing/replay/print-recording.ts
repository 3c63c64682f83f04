import { Op, UNITS } from '../../io/recording/format.js'
import { jsonOf } from '../../io/recording/recording-head.js'
import { RecordingReader } from '../../io/recording/recording-reader.js'
import { describeEvent, isInput } from './describe-event.js'

/**
 * A recording for people, line by line: the header, then the inputs, and indented below each what the core did.
 *
 * ```
 *      31.498 ms  bytes #0: 104 bytes "GET / HTTP/1.1\r\nHost: a…"
 *                   write #0: 121 bytes, checksum 5fd7dad3
 * ```
 *
 * Readings of the clock are left out: they are in the times.
 * @throws CalandriaError `CAL_ERR_RECORDING`, `CAL_ERR_RECORDING_VERSION`
 */
export function* printRecording(file: Uint8Array): Generator<string, void, undefined> {
  const reader = new RecordingReader(file)
  const { calandria, node, startedAt, startUnits, timeSliceMs, settings } = reader.header
  yield `Calandria ${calandria}, Node ${node}, wall time ${startedAt}, time slice ${timeSliceMs} ms`
  yield `settings ${jsonOf(settings)}`
  let units = startUnits
  let isEnded = false
  let isJoined = false
  /** An input, until the clock's first reading after it tells when it was. */
  let input: string | null = null
  for (const event of reader.events()) {
    if (event.op === Op.Clock) units += event.units
    const time = `${((units - startUnits) / UNITS).toFixed(3).padStart(11)} ms  `
    if (input !== null) yield time + input
    input = null
    if (event.op === Op.Finish) yield `${time}${describeEvent(event)}`
    else if (event.op === Op.Joined) isJoined = true
    else if (isInput(event.op)) input = `${isJoined ? 'in the same tick: ' : ''}${describeEvent(event)}`
    else if (event.op !== Op.Clock) yield `${' '.repeat(18)}${describeEvent(event)}`
    if (event.op !== Op.Joined) isJoined = false
    isEnded = event.op === Op.Finish
  }
  if (input !== null) yield `${' '.repeat(16)}${input}`
  if (!isEnded) yield 'it ends here, without an end mark: the process was gone, or the file was cut'
}
