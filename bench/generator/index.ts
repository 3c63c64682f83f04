export type { Expectation, LoadOptions, LoadTlsOptions, RequestPattern } from './load-options.js'
export type { LoadProgress } from './load-progress.js'
export * from './load-result.js'
export { runLoad } from './run-load.js'
