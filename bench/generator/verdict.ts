import type { RequestError } from './load-result.js'
import type { RenderedExpectation } from './rendered-request.js'

/** A response as the parser has read it. */
export interface ReadResponse {
  readonly status: number
  readonly bodyBytes: number
  /** `null` when nobody has asked for it. */
  readonly body: Buffer | null
}

/** @returns what is wrong with a response; `null`: nothing */
export function judge(expect: RenderedExpectation, response: ReadResponse): RequestError | null {
  const { status, bodyBytes, body } = response
  const isExpected =
    expect.statuses === null ? status >= 200 && status <= 299 : expect.statuses.includes(status)
  if (!isExpected) return 'status'
  if (expect.length !== null && expect.length !== bodyBytes) return 'length'
  if (expect.body !== null && body?.equals(expect.body) !== true) return 'body'
  return null
}

/** For people. */
export function describeFault(
  fault: RequestError,
  expect: RenderedExpectation,
  response: ReadResponse,
): string {
  const { status, bodyBytes, body } = response
  switch (fault) {
    case 'status':
      return `status ${status}, expected ${expect.statuses?.join(' or ') ?? '200 to 299'}`
    case 'length':
      return `a body of ${bodyBytes} bytes, expected ${expect.length ?? 0}`
    default:
      return `the body begins with ${JSON.stringify(body?.toString('latin1', 0, 40) ?? '')}, expected ${JSON.stringify(expect.body?.toString('latin1', 0, 40) ?? '')}`
  }
}
