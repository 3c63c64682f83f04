export { type DivergencePlace, ReplayDivergence } from './testing/replay/replay-divergence.js'
export { replay, type ReplayOptions, type ReplayReport } from './testing/replay/replay.js'
