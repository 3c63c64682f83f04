export { llhttpEngine } from './http/parser/llhttp/llhttp-engine.js'
export type { ParserEngine } from './http/parser/parser-engine.js'
