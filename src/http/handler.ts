import type { Request } from './request.js'
import type { Response } from './response.js'

/**
 * Answers a request, at once or later; it may be async. What it throws, or rejects with, is answered with 500 and
 * handed to `onError`.
 */
export type Handler = (request: Request, response: Response) => void | Promise<void>

/** Receives what handlers throw; `request` is the one that was being handled. */
export type ErrorListener = (error: unknown, request: Request) => void
