import { CalandriaError } from '../errors/calandria-error.js'
import type { ObservedRequest } from '../reactor/instrument.js'
import type { Reactor } from '../reactor/reactor.js'
import { Scope } from '../reactor/scope.js'
import { STALL_WORK } from '../reactor/stall-work.js'
import type { Headers } from './headers.js'
import { CONNECT, HEAD, type Method, METHODS, UNKNOWN_METHOD } from './methods.js'
import { NO_BODY, type RequestBody } from './request-body.js'
import { TargetForm } from './parser/request-parser.js'
import { RequestExtras } from './request-extras.js'
import type { RequestHead } from './request-head.js'

const NAMES = METHODS // the debugger takes a look at an imported constant for a side effect: see STALL_WORK

/** Whom a request came from. */
export interface Peer {
  readonly remoteAddress: string | null
  readonly reactor: Reactor
}

/**
 * A request. It holds one string and a few offsets into it; whatever is not asked for is never made. All of it
 * stays valid for as long as the handler keeps it.
 */
export class Request {
  /** The body, as it comes in; an empty one when there is none. */
  body: RequestBody = NO_BODY

  /** @internal Whether its handler has returned: nobody would listen to a scope that is opened now. */
  isLeft = false
  /** @internal */
  readonly head: RequestHead
  readonly #peer: Peer
  #extras: RequestExtras | null = null

  /** @internal */
  constructor(head: RequestHead, peer: Peer) {
    this.head = head
    this.#peer = peer
  }

  /** The request target as it came. */
  get target(): string {
    return this.head.target
  }

  /** The target's path: percent-encoded as it came, without the query; `*` for `OPTIONS *`. */
  get path(): string {
    return this.head.path.path
  }

  get headers(): Headers {
    return this.head.section.headers as Headers
  }

  /** Minor version of HTTP: 1 for HTTP/1.1, 0 for HTTP/1.0. */
  get minorVersion(): number {
    return this.head.section.minorVersion
  }

  /** @internal Whether the connection goes on after this request, as far as the client is concerned. */
  get persists(): boolean {
    return this.head.section.persists
  }

  get method(): Method {
    return NAMES[this.head.method] as Method
  }

  /** The parameters behind the `?`, decoded. */
  get query(): URLSearchParams {
    return (this.#ownExtras().query ??= queryOf(this.target))
  }

  /**
   * The authority that the client asks, `name` or `name:port`: that of an absolute target or of CONNECT, which goes
   * before the `Host` field (RFC 9112 §3.2.2, §3.3), else that field; `null` when an HTTP/1.0 client names none.
   */
  get host(): string | null {
    if (this.isConnect) return this.target
    const isOriginForm = this.target.startsWith('/')
    return (isOriginForm ? null : authorityOf(this.target)) ?? this.headers.get('host')
  }

  /**
   * The protocols that the client would rather speak, as its `Upgrade` field names them (RFC 9110 §7.8); `null` when
   * it asks for none. A handler that knows one of them calls `response.upgrade()`; another one just answers.
   */
  get upgrade(): string | null {
    return this.head.section.saysUpgrade ? this.headers.get('upgrade') : null
  }

  /**
   * Aborts when the client goes away before it has got its response; the reason is a `CalandriaError` with the
   * code `CAL_ERR_CLIENT_GONE`. It also aborts when the body can't be had and the client was answered for that, with
   * the code of what is wrong with it. Give it to whatever the handler waits for.
   */
  get signal(): AbortSignal {
    return this.#ownExtras().signal
  }

  /**
   * The scope of the tasks that work for this request. It ends with the request: what still runs when the response is
   * complete and the handler has returned, or when the client goes away, is cancelled. What a task throws that the
   * handler doesn't join counts as thrown by the handler: 500, and `onError`.
   *
   * It is made when it is first asked for, which must be before the handler has returned. Its group is `latency`.
   * @throws CalandriaError `CAL_ERR_SCOPE_ENDED` when it is later
   */
  get scope(): Scope {
    const extras = this.#ownExtras()
    if (extras.scope === null && this.isLeft)
      throw new CalandriaError('CAL_ERR_SCOPE_ENDED', 'its handler has returned without asking for it')
    const { reactor } = this.#peer
    return (extras.scope ??= Scope.open(reactor, extras.signal, reactor.groups.latency))
  }

  /** @internal `null` while nobody has asked for it. */
  get openedScope(): Scope | null {
    return this.#extras === null ? null : this.#extras.scope
  }

  /** The client's address, as the connection has it; `null` once the connection is gone. */
  get remoteAddress(): string | null {
    return this.#peer.remoteAddress
  }

  /** @internal For the watchdog, which finds requests among the variables of code that blocks. */
  [STALL_WORK](): ObservedRequest {
    return { method: this.method, path: this.path }
  }

  /** @internal Whether the response must have no body (RFC 9110 §9.3.2). */
  get isHead(): boolean {
    return this.head.method === HEAD
  }

  /** @internal */
  get isConnect(): boolean {
    return this.head.method === CONNECT
  }

  /** @internal Whether the handler may take its connection over. */
  get mayTakeOver(): boolean {
    return this.isConnect || this.upgrade !== null
  }

  /** @internal Whether nobody knows the method: such a request never reaches a handler. */
  get isMethodUnknown(): boolean {
    return this.head.method === UNKNOWN_METHOD
  }

  /** @internal */
  abort(reason: Error): void {
    this.#ownExtras().abort(reason) // the handler may ask for the signal later
    this.body.fail(reason)
  }

  #ownExtras(): RequestExtras {
    return (this.#extras ??= new RequestExtras())
  }
}

function queryOf(target: string): URLSearchParams {
  const mark = target.indexOf('?')
  return new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1))
}

/** The path of a target that is not in origin form (RFC 9112 §3.2.2 to §3.2.4). */
export function pathOfTarget(form: TargetForm, target: string): string {
  if (form !== TargetForm.Absolute) return target
  const authority = target.indexOf('//') + 2
  const end = target.indexOf('?', authority)
  const withoutQuery = end === -1 ? target : target.slice(0, end)
  const slash = withoutQuery.indexOf('/', authority)
  return slash === -1 ? '/' : withoutQuery.slice(slash)
}

/** The authority of an absolute target; `null` for any other. */
function authorityOf(target: string): string | null {
  return /^https?:\/\/([^/?]+)/i.exec(target)?.[1] ?? null
}
