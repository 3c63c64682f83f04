/* eslint-disable @typescript-eslint/consistent-type-imports */
// Only until package.json has its `imports` map: without it nothing here runs, but all of it builds. Then delete this.
declare module '#calandria/http/date-line.js' {
  export const DateLine: typeof import('../../src/http/date-line.js').DateLine
}
declare module '#calandria/http/header-set.js' {
  export type HeaderSet = import('../../src/http/header-set.js').HeaderSet
  export const NO_HEADERS: typeof import('../../src/http/header-set.js').NO_HEADERS
  export const checkedName: typeof import('../../src/http/header-set.js').checkedName
}
declare module '#calandria/http/limits.js' {
  export const DEFAULT_LIMITS: typeof import('../../src/http/limits.js').DEFAULT_LIMITS
}
declare module '#calandria/http/methods.js' {
  export const methodId: typeof import('../../src/http/methods.js').methodId
}
declare module '#calandria/http/pacer.js' {
  export type Pacer = import('../../src/http/pacer.js').Pacer
  export const Pacer: typeof import('../../src/http/pacer.js').Pacer
}
declare module '#calandria/http/parser/byte-classes.js' {
  export const BYTE_CLASSES: typeof import('../../src/http/parser/byte-classes.js').BYTE_CLASSES
  export const DIGIT: typeof import('../../src/http/parser/byte-classes.js').DIGIT
  export const HOST: typeof import('../../src/http/parser/byte-classes.js').HOST
  export const PATH: typeof import('../../src/http/parser/byte-classes.js').PATH
  export const TARGET: typeof import('../../src/http/parser/byte-classes.js').TARGET
  export const TOKEN: typeof import('../../src/http/parser/byte-classes.js').TOKEN
  export const VALUE: typeof import('../../src/http/parser/byte-classes.js').VALUE
}
declare module '#calandria/http/parser/field-section.js' {
  export type FieldSection = import('../../src/http/parser/field-section.js').FieldSection
}
declare module '#calandria/http/parser/fields.js' {
  export type FramingField = import('../../src/http/parser/fields.js').FramingField
  export const FramingField: typeof import('../../src/http/parser/fields.js').FramingField
  export const equalsFolded: typeof import('../../src/http/parser/fields.js').equalsFolded
  export const framingField: typeof import('../../src/http/parser/fields.js').framingField
  export const parseContentLength: typeof import('../../src/http/parser/fields.js').parseContentLength
}
declare module '#calandria/http/parser/kept-fields.js' {
  export type KeptFields = import('../../src/http/parser/kept-fields.js').KeptFields
  export const KeptFields: typeof import('../../src/http/parser/kept-fields.js').KeptFields
}
declare module '#calandria/http/parser/scanner.js' {
  export type Scanner = import('../../src/http/parser/scanner.js').Scanner
  export const Scanner: typeof import('../../src/http/parser/scanner.js').Scanner
}
declare module '#calandria/http/parser/words.js' {
  export const PAIR_CLASSES: typeof import('../../src/http/parser/words.js').PAIR_CLASSES
  export const skipValue: typeof import('../../src/http/parser/words.js').skipValue
}
declare module '#calandria/http/path-cache.js' {
  export type PathCache = import('../../src/http/path-cache.js').PathCache
  export const PathCache: typeof import('../../src/http/path-cache.js').PathCache
  export type PathEntry = import('../../src/http/path-cache.js').PathEntry
  export const PathEntry: typeof import('../../src/http/path-cache.js').PathEntry
}
declare module '#calandria/http/request.js' {
  export type Request = import('../../src/http/request.js').Request
}
declare module '#calandria/http/response-head.js' {
  export const Framing: typeof import('../../src/http/response-head.js').Framing
  export type HeadMaker = import('../../src/http/response-head.js').HeadMaker
  export const HeadMaker: typeof import('../../src/http/response-head.js').HeadMaker
  export const Persistence: typeof import('../../src/http/response-head.js').Persistence
}
declare module '#calandria/http/response.js' {
  export type Response = import('../../src/http/response.js').Response
}
declare module '#calandria/http/router.js' {
  export type Router = import('../../src/http/router.js').Router
  export const Router: typeof import('../../src/http/router.js').Router
}
declare module '#calandria/http/status-lines.js' {
  export const statusLine: typeof import('../../src/http/status-lines.js').statusLine
}
declare module '#calandria/io/io-counters.js' {
  export const IoCounters: typeof import('../../src/io/io-counters.js').IoCounters
}
declare module '#calandria/io/tcp-transport.js' {
  export type TcpTransport = import('../../src/io/tcp-transport.js').TcpTransport
  export const TcpTransport: typeof import('../../src/io/tcp-transport.js').TcpTransport
}
declare module '#calandria/io/transport.js' {
  export const RECEIVE_SLACK: typeof import('../../src/io/transport.js').RECEIVE_SLACK
  export type Segment = import('../../src/io/transport.js').Segment
  export type Transport = import('../../src/io/transport.js').Transport
}
declare module '#calandria/io/write-batch.js' {
  export type WriteBatch = import('../../src/io/write-batch.js').WriteBatch
  export const WriteBatch: typeof import('../../src/io/write-batch.js').WriteBatch
}
declare module '#calandria/reactor/clock.js' {
  export const monotonicClock: typeof import('../../src/reactor/clock.js').monotonicClock
}
declare module '#calandria/reactor/reactor.js' {
  export type Reactor = import('../../src/reactor/reactor.js').Reactor
  export const Reactor: typeof import('../../src/reactor/reactor.js').Reactor
}
