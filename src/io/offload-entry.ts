import { serialize } from 'node:v8'

/** What a worker is sent. */
export interface OffloadCall {
  readonly url: string
  readonly input: unknown
}

/** What a worker gives in place of a result: an error sent as such would lose its fields. */
export interface OffloadFailure {
  readonly [FAILURE]: {
    readonly error: Error
    /** What copying the error loses: `code` and the like. */
    readonly fields: Readonly<Record<string, unknown>>
  }
}
export const FAILURE = 'calandria: the work has failed'

/** Runs in the worker, and calls the work. */
export default async function call({ url, input }: OffloadCall): Promise<unknown> {
  try {
    const work = defaultOf(await import(url))
    if (typeof work !== 'function') throw new TypeError(`${url} has no function as its default export`)
    return await (work as (input: unknown) => unknown)(input)
  } catch (thrown) {
    return failureOf(thrown)
  }
}

/** Of a CommonJS module that was an ES module once, too: there the default export is a field of it. */
function defaultOf(module: unknown): unknown {
  const { default: exported } = module as { readonly default?: unknown }
  return typeof exported === 'object' && exported !== null && 'default' in exported
    ? exported.default
    : exported
}

function failureOf(thrown: unknown): OffloadFailure {
  const given = typeof thrown === 'object' && thrown !== null ? thrown : {}
  const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown))
  const all: Record<string, unknown> = { ...given, name: error.name }
  if (error instanceof AggregateError) all['errors'] = error.errors
  const fields = Object.fromEntries(Object.entries(all).filter(([, value]) => canBeCopied(value)))
  return { [FAILURE]: { error: canBeCopied(error) ? error : bareCopy(error), fields } }
}

function messageOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown
  const { message } = (thrown ?? {}) as { readonly message?: unknown }
  return typeof message === 'string'
    ? message
    : `the work threw a value of type ${thrown === null ? 'null' : typeof thrown}`
}

/** Without a cause that can't be copied. */
function bareCopy({ message, stack }: Error): Error {
  return Object.assign(new Error(message), { stack })
}

function canBeCopied(value: unknown): boolean {
  try {
    serialize(value)
    return true
  } catch {
    return false
  }
}
