import { readFile } from 'node:fs/promises'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { StallStack } from './stall-messages.js'
import type { StallFrame } from './stall-report.js'

/** A frame as the inspector tells it: lines and columns from 0, of the code that runs. */
export interface RawFrame {
  readonly functionName: string
  readonly url: string
  readonly line: number
  readonly column: number
  /** What the script says of its source map; empty without one. */
  readonly sourceMapUrl: string
}

/** Where Calandria itself is installed. */
const OWN = new URL('..', import.meta.url).href

/** Whether the code is neither Node's nor Calandria's. */
export function isOthers({ url }: RawFrame): boolean {
  return url !== '' && !url.startsWith('node:') && !url.startsWith(OWN)
}

/**
 * Finds the lines that people wrote. The maps are read here, from what the scripts say of them, because only the watched
 * thread could ask `findSourceMap`, and only when it runs with `--enable-source-maps`.
 */
export class StallSources {
  readonly #maps = new Map<string, Promise<SourceMap | null>>()

  async resolve(raw: readonly RawFrame[]): Promise<Pick<StallStack, 'frames' | 'culprit'>> {
    const frames = await Promise.all(raw.map((frame) => this.#frame(frame)))
    const culprit = raw.findIndex(isOthers)
    return { frames, culprit }
  }

  async #frame(raw: RawFrame): Promise<StallFrame> {
    const { functionName, url, line, column } = raw
    const plain = { functionName, file: pathOf(url), line: line + 1, column: column + 1 }
    const map = await this.#mapOf(raw)
    const entry = map?.findEntry(line, column)
    if (entry === undefined || !('originalSource' in entry)) return plain
    return {
      functionName,
      file: pathOf(resolved(entry.originalSource, url)),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    }
  }

  #mapOf({ url, sourceMapUrl }: RawFrame): Promise<SourceMap | null> {
    if (sourceMapUrl === '') return Promise.resolve(null)
    let map = this.#maps.get(url)
    if (map === undefined) {
      map = loadMap(resolved(sourceMapUrl, url)).catch(() => null) // a map that can't be read is none
      this.#maps.set(url, map)
    }
    return map
  }
}

async function loadMap(url: string): Promise<SourceMap | null> {
  const { protocol } = new URL(url)
  if (protocol === 'file:')
    return new SourceMap(JSON.parse(await readFile(new URL(url), 'utf8')) as SourceMapPayload)
  if (protocol !== 'data:') return null // nothing is fetched from anywhere
  return new SourceMap((await (await fetch(url)).json()) as SourceMapPayload)
}

function resolved(reference: string, base: string): string {
  return URL.canParse(reference, base) ? new URL(reference, base).href : reference
}

/** A source map may name a file of another machine, or of another system. */
function pathOf(url: string): string {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : url
  } catch {
    return url
  }
}
