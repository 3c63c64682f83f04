import type { Scope } from '../reactor/scope.js'

/** What few requests have: it is made when it is first asked for. */
export class RequestExtras {
  query: URLSearchParams | null = null
  abort: AbortController | null = null
  scope: Scope | null = null
}
