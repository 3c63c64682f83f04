import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf } from '../children.js'
import { type Attack, type Load, type Volume } from './load.js'
import { type Pinning } from '../pinning.js'
import { wireForm } from '../suite/ask.js'

/** https://github.com/wg/wrk, one thread. It parses every answer and tops out between 2 and 2.5 million requests/s. */
export class WrkLoad implements Load {
  readonly name: string
  readonly #pinning: Pinning
  /** For the script, which wrk reads once a thread and so can't take from a pipe. */
  readonly #directory = mkdtempSync(join(tmpdir(), 'calandria-bench-'))

  constructor(version: string, pinning: Pinning) {
    this.name = version
    this.#pinning = pinning
    process.once('exit', () => rmSync(this.#directory, { recursive: true }))
  }

  static installedVersion(): string | undefined {
    const { stdout, error } = spawnSync('wrk', ['-v'], { encoding: 'utf8' }) // its exit code is 1
    return error === undefined ? (/^wrk \S+/.exec(stdout)?.[0] ?? 'wrk of unknown version') : undefined
  }

  obstacle({ requestsPerSecond, checked, asks, depth, reconnects }: Attack): string | undefined {
    if (requestsPerSecond !== undefined) return 'it has no schedule'
    if (depth !== asks.length) return 'it sends all requests in one go'
    if (reconnects && depth > 1) return 'it reconnects for every batch'
    return checked.areOfOneLength
      ? undefined
      : 'it does not look at bodies, so all answers must be of one length'
  }

  async run(attack: Attack): Promise<Volume> {
    const { place, connections, seconds } = attack
    const script = join(this.#directory, 'batch.lua')
    writeFileSync(script, luaScript(attack))
    const wrk = ['-t1', `-c${connections}`, `-d${Math.ceil(seconds)}s`, '--timeout', '10s', '-s', script]
    const printed = await outputOf(
      ...this.#pinning.load('wrk', [...wrk, `http://${place.host}:${place.port}/`]),
    )
    return readVolume(printed, attack)
  }
}

/**
 * Replacing `wrk.format` makes the batch wrk's one static request. A function `request` would be called for
 * each batch and take time from the core that has to keep the server busy. An ASCII string in JSON is one in Lua.
 */
function luaScript({ asks, place }: Attack): string {
  const batch = asks.map((ask) => wireForm(ask, place)).join('')
  return `
    wrk.format = function() return ${JSON.stringify(batch)} end
    function done(summary)
      local errors = summary.errors
      print(string.format("volume %d %d %d %d %d", summary.requests, summary.duration, summary.bytes, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
    end
  `
}

/** wrk looks at statuses only. Bodies were checked before; their lengths are, by the number of bytes, here. */
function readVolume(output: string, { checked, depth, connections }: Attack): Volume {
  const [requests, durationUs, bytes, badAnswers, broken] = numbersIn(output)
  const faults: string[] = []
  if (requests === 0) faults.push('nothing was answered')
  if (badAnswers !== 0) faults.push(`${badAnswers} answers other than 2xx`)
  if (broken !== 0) faults.push(`${broken} broken connections or time-outs`)
  // what is on its way at the end is counted in bytes only
  const slack = (0.01 * requests! + connections * depth) * checked.answerBytes
  if (Math.abs(bytes! - requests! * checked.answerBytes) > slack) {
    faults.push(`answers of ${(bytes! / requests!).toFixed(1)} bytes, and not of ${checked.answerBytes}`)
  }
  return {
    requests: requests!,
    seconds: durationUs! / 1e6,
    // wrk "corrects" what it measured, as if it had had a schedule of one answer at a time, which it hasn't
    latencies: undefined,
    faults,
    misgivings: [],
  }
}

function numbersIn(output: string): number[] {
  const line = /^volume ((?:\d+ ?)+)$/m.exec(output)?.[1]
  if (line === undefined) throw new Error(`wrk said nothing of use:\n${output}`)
  return line.split(' ').map(Number)
}
