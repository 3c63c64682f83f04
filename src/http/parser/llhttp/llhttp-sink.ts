/**
 * Who is told what llhttp finds. Positions are in the caller's coordinates (see `LlhttpInstance.load`). A token
 * that comes in pieces is told in pieces. What a method returns goes back to llhttp: 0 goes on, `Errno.Paused`
 * stops here, `Errno.User` refuses.
 *
 * It is called from inside WebAssembly, so it must not throw and must not use the instance.
 */
export interface LlhttpSink {
  messageBegin(): number
  url(start: number, end: number): number
  status(start: number, end: number): number
  headerField(start: number, end: number): number
  headerValue(start: number, end: number): number
  /** May also return 1: no body follows. And 2: neither a body nor another message follows. */
  headersComplete(status: number): number
  body(start: number, end: number): number
  messageComplete(): number
}
