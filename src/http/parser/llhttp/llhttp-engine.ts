import type { ParserEngine } from '../parser-engine.js'
import { loadLlhttp } from './llhttp-loader.js'
import type { LlhttpInstance } from './llhttp-instance.js'
import { LlhttpRequestParser } from './llhttp-request-parser.js'
import { LlhttpResponseParser } from './llhttp-response-parser.js'
import { Refusals } from './refusals.js'
import type { ResponseLimits, ResponseListener, ResponseParser } from './response-parser.js'

let loading: Promise<LlhttpInstance> | null = null

/** The one instance of this process. A failure is not kept: undici may be installed meanwhile. */
export async function sharedLlhttp(): Promise<LlhttpInstance> {
  try {
    return await (loading ??= loadLlhttp())
  } catch (error) {
    loading = null
    throw error
  }
}

/** What {@link llhttpEngine} resolves to. */
export interface LlhttpEngine extends ParserEngine {
  /** A parser for the responses of one connection. Dispose of it when the connection has ended. */
  makeResponseParser(listener: ResponseListener, limits?: ResponseLimits): ResponseParser
}

export function engineOf(llhttp: LlhttpInstance): LlhttpEngine {
  return Object.freeze({
    name: 'llhttp',
    requestParsers: (limits) => {
      const refusals = new Refusals(limits)
      return () => new LlhttpRequestParser(llhttp, limits, refusals)
    },
    makeResponseParser: (listener, limits) => new LlhttpResponseParser(llhttp, listener, limits),
  } satisfies LlhttpEngine)
}

/**
 * Node's own HTTP parser as an engine, for `serve({ parser: await llhttpEngine() })`. It needs the package `undici`
 * (7.30), which ships llhttp as WebAssembly.
 *
 * The server is as strict with it as with its own scanner, and slower.
 * @throws CalandriaError `CAL_ERR_PARSER_ENGINE` (rejects) when undici is not installed, or not as expected
 */
export async function llhttpEngine(): Promise<LlhttpEngine> {
  return engineOf(await sharedLlhttp())
}
