export { type LlhttpEngine, llhttpEngine } from './http/parser/llhttp/llhttp-engine.js'
export type {
  ResponseEnd,
  ResponseHead,
  ResponseLimits,
  ResponseListener,
  ResponseParser,
} from './http/parser/llhttp/response-parser.js'
export type { ParserEngine } from './http/parser/parser-engine.js'
