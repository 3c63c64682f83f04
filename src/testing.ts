export { printRecording } from './testing/replay/print-recording.js'
export { type DivergencePlace, ReplayDivergence } from './testing/replay/replay-divergence.js'
export { replay, type ReplayOptions, type ReplayReport } from './testing/replay/replay.js'
export type { Comparison } from './testing/replay/replay-script.js'
