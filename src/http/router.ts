import findMyWay from 'find-my-way'
import { CalandriaTypeError } from '../errors/calandria-error.js'
import { ERRORS } from '../errors/catalogue.js'
import type { Handler } from './handler.js'
import { type Method, METHODS } from './methods.js'
import type { Request } from './request.js'
import type { Response } from './response.js'

/** The parts of a path that a route names, decoded; a wildcard's is named `*`. */
export type RouteParameters = Readonly<Record<string, string | undefined>>

/** A handler that also gets the parts of the path that its route names. */
export type RouteHandler = (
  request: Request,
  response: Response,
  parameters: RouteParameters,
) => void | Promise<void>

const NO_PARAMETERS: RouteParameters = Object.freeze({})
/** What find-my-way wants for a handler; it is never called, the route's own stands in its store. */
const unused = (): void => undefined

/**
 * Chooses a handler by method and path, over find-my-way's radix tree: `/users/:id`, `/files/*`, `/at/:lat-:long`,
 * and what else it can do. HEAD goes to the GET route where there is none of its own. No route for the path: 404;
 * only for other methods: 405 with `Allow`.
 *
 * Routes without parameters are found by one look into a `Map`, which the interned path makes cheap
 * (`bench/micro/router.ts`).
 */
export class Router {
  readonly #tree = findMyWay()
  readonly #static = new Map<string, Map<string, RouteHandler>>()
  readonly #methods = new Set<Method>()
  #notFound: Handler = (_request, response) => {
    response.status(404).send(`CAL_ERR_HTTP_NOT_FOUND: ${ERRORS.CAL_ERR_HTTP_NOT_FOUND.message}\n`)
  }

  /** For `serve({ handler })`. */
  readonly handler: Handler = (request, response) => this.#route(request, response)

  /** @throws CalandriaTypeError `CAL_ERR_ROUTE` for a method or a path that can't be, or that is taken */
  on(methods: Method | readonly Method[], path: string, handler: RouteHandler): this {
    if (typeof handler !== 'function')
      throw new CalandriaTypeError('CAL_ERR_ROUTE', 'the handler must be a function')
    for (const method of typeof methods === 'string' ? [methods] : methods) {
      if (!METHODS.includes(method) || method.length === 0)
        throw new CalandriaTypeError('CAL_ERR_ROUTE', method)
      try {
        this.#tree.on(method as findMyWay.HTTPMethod, path, unused, handler)
      } catch (error) {
        throw new CalandriaTypeError('CAL_ERR_ROUTE', `${method} ${path} (${(error as Error).message})`)
      }
      this.#methods.add(method)
      if (!/[:*]/.test(path)) this.#addStatic(method, path, handler)
    }
    return this
  }

  get(path: string, handler: RouteHandler): this {
    return this.on('GET', path, handler)
  }

  post(path: string, handler: RouteHandler): this {
    return this.on('POST', path, handler)
  }

  put(path: string, handler: RouteHandler): this {
    return this.on('PUT', path, handler)
  }

  patch(path: string, handler: RouteHandler): this {
    return this.on('PATCH', path, handler)
  }

  delete(path: string, handler: RouteHandler): this {
    return this.on('DELETE', path, handler)
  }

  /** Any method but CONNECT. */
  all(path: string, handler: RouteHandler): this {
    return this.on(
      METHODS.filter((method) => method !== '' && method !== 'CONNECT'),
      path,
      handler,
    )
  }

  /** Answers what no route is for, instead of the plain 404. */
  notFound(handler: Handler): this {
    this.#notFound = handler
    return this
  }

  #addStatic(method: Method, path: string, handler: RouteHandler): void {
    const handlers = this.#static.get(path) ?? new Map<string, RouteHandler>()
    this.#static.set(path, handlers.set(method, handler))
  }

  #route(request: Request, response: Response): void | Promise<void> {
    const { method, path } = request
    const handler = this.#static.get(path)?.get(method)
    if (handler !== undefined) return handler(request, response, NO_PARAMETERS)
    const found = this.#find(method, path) ?? (method === 'HEAD' ? this.#find('GET', path) : null)
    if (found !== null) return (found.store as RouteHandler)(request, response, found.params)
    const allowed = [...this.#methods].filter((other) => this.#find(other, path) !== null)
    if (allowed.length === 0) return this.#notFound(request, response)
    if (allowed.includes('GET') && !allowed.includes('HEAD')) allowed.push('HEAD')
    response.status(405).header('Allow', allowed.join(', '))
    response.send(`CAL_ERR_HTTP_METHOD_NOT_ALLOWED: ${ERRORS.CAL_ERR_HTTP_METHOD_NOT_ALLOWED.message}\n`)
  }

  #find(method: Method, path: string): findMyWay.FindResult<findMyWay.HTTPVersion.V1> | null {
    return this.#tree.find(method as findMyWay.HTTPMethod, path)
  }
}
