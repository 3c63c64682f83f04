import type { Errno } from './errno.js'

/** What `llhttp_alloc` is given: the kind of messages that a parser reads. */
export const enum MessageType {
  Request = 1,
  Response = 2,
}

/** The part of the WebAssembly module's exports that is used. Every number is an address, a length or an errno. */
export interface LlhttpExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  _initialize(): void
  malloc(bytes: number): number
  llhttp_alloc(type: MessageType): number
  llhttp_free(parser: number): void
  llhttp_reset(parser: number): void
  llhttp_execute(parser: number, bytes: number, length: number): Errno
  llhttp_finish(parser: number): Errno
  llhttp_resume(parser: number): void
  llhttp_get_error_pos(parser: number): number
  llhttp_should_keep_alive(parser: number): number
  llhttp_get_http_major(parser: number): number
  llhttp_get_http_minor(parser: number): number
  llhttp_get_method(parser: number): number
}

/** The same by name, for the check at start-up. */
export const FUNCTIONS = [
  '_initialize',
  'malloc',
  'llhttp_alloc',
  'llhttp_free',
  'llhttp_reset',
  'llhttp_execute',
  'llhttp_finish',
  'llhttp_resume',
  'llhttp_get_error_pos',
  'llhttp_should_keep_alive',
  'llhttp_get_http_major',
  'llhttp_get_http_minor',
  'llhttp_get_method',
] as const satisfies readonly (keyof LlhttpExports)[]
