export { TraceRecorder, type TraceRecorderOptions } from './tracing/trace-recorder.js'
