import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf } from './children.js'
import { type Attack, type Load, type Volume } from './load.js'
import { type Pinning } from './pinning.js'

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

  async run(attack: Attack): Promise<Volume> {
    const script = join(this.#directory, 'batch.lua')
    writeFileSync(script, luaScript(attack))
    const wrk = ['-t1', `-c${attack.connections}`, `-d${attack.seconds}s`, '-s', script]
    return readVolume(
      await outputOf(...this.#pinning.load('wrk', [...wrk, `http://127.0.0.1:${attack.port}/`])),
    )
  }
}

/**
 * Replacing `wrk.format` makes the batch wrk's one static request. A function `request` would be called for
 * each batch and take time from the core that has to keep the server busy. An ASCII string in JSON is one in Lua.
 */
function luaScript({ batch }: Attack): string {
  return `
    wrk.format = function() return ${JSON.stringify(batch)} end
    function done(summary)
      local errors = summary.errors
      print(string.format("volume %d %d %d %d", summary.requests, summary.duration, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
    end
  `
}

function readVolume(output: string): Volume {
  const match = /^volume (\d+) (\d+) (\d+) (\d+)$/m.exec(output)
  if (match === null) throw new Error(`wrk said nothing of use:\n${output}`)
  const [requests = 0, durationUs = 0, badAnswers, brokenConnections] = match.slice(1).map(Number)
  if (requests === 0 || badAnswers !== 0 || brokenConnections !== 0) {
    throw new Error(`wrk met answers other than 2xx, or broken connections:\n${output}`)
  }
  return { requests, seconds: durationUs / 1e6 }
}
