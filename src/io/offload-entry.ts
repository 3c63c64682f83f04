/** What a worker is sent. */
export interface OffloadCall {
  readonly url: string
  readonly input: unknown
}

/**
 * Runs in the worker, and calls the work. tinypool tells that it has failed by an error that isn't `null`, and of a
 * module that can't be loaded what went wrong at its second attempt.
 */
export default async function call({ url, input }: OffloadCall): Promise<unknown> {
  const work = defaultOf(await import(url))
  if (typeof work !== 'function') throw new TypeError(`${url} has no function as its default export`)
  try {
    return await (work as (input: unknown) => unknown)(input)
  } catch (error) {
    throw (error ?? new Error(`the work threw ${String(error)}`)) as Error
  }
}

/** Of a CommonJS module that was an ES module once, too: there the default export is a field of it. */
function defaultOf(module: unknown): unknown {
  const { default: exported } = module as { readonly default?: unknown }
  return typeof exported === 'object' && exported !== null && 'default' in exported
    ? exported.default
    : exported
}
