import type { LoadOptions } from './load-options.js'
import type { LoadResult } from './load-result.js'

/**
 * Loads a server from processes of its own, and tells what it found.
 *
 * @throws CalandriaTypeError `CAL_ERR_OPTION` (rejects)
 * @throws CalandriaError `CAL_ERR_CONNECT` (rejects) when no connection can be opened at all
 */
export function runLoad(options: LoadOptions): Promise<LoadResult> {
  return Promise.reject(new Error(`the generator is not built yet: ${options.url}`))
}
