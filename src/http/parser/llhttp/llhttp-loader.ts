import { CalandriaError } from '../../../errors/calandria-error.js'
import { FUNCTIONS, type LlhttpExports } from './llhttp-exports.js'
import { type LlhttpCallback, LlhttpInstance } from './llhttp-instance.js'

/** As far as it is needed here: without the DOM's types TypeScript knows nothing of it. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>
  readonly Module: {
    exports(module: object): readonly { readonly name: string; readonly kind: string }[]
    imports(module: object): readonly { readonly module: string; readonly name: string }[]
  }
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

/** With SIMD where the machine has it. */
const BUILDS = ['undici/lib/llhttp/llhttp_simd-wasm.js', 'undici/lib/llhttp/llhttp-wasm.js'] as const

/** Imports a module by its name. */
export type Import = (name: string) => Promise<unknown>

/**
 * Loads llhttp as undici ships it. undici keeps it patched; npm's own `llhttp` is of 2018.
 * @throws CalandriaError `CAL_ERR_PARSER_ENGINE` (rejects) when undici is missing, or is another than expected
 */
export async function loadLlhttp(load: Import = (name) => import(name)): Promise<LlhttpInstance> {
  let lastError: unknown
  for (const build of BUILDS) {
    let bytes: unknown
    try {
      bytes = ((await load(build)) as { readonly default?: unknown }).default
    } catch (cause) {
      throw unfit('undici is not installed, or has no llhttp: npm install undici@7.30', cause)
    }
    if (!(bytes instanceof Uint8Array)) throw unfit(`${build} is not what it was in undici 7.30`)
    try {
      return await instantiate(bytes)
    } catch (error) {
      if (error instanceof CalandriaError) throw error
      lastError = error // no SIMD on this machine: the other build will do
    }
  }
  throw unfit('WebAssembly does not take llhttp', lastError)
}

/** @throws CalandriaError `CAL_ERR_PARSER_ENGINE` when anything is missing or strange */
export async function instantiate(bytes: Uint8Array): Promise<LlhttpInstance> {
  const module = await WebAssembly.compile(bytes)
  const exported = WebAssembly.Module.exports(module)
  const missing = FUNCTIONS.filter(
    (name) => !exported.some((one) => one.name === name && one.kind === 'function'),
  )
  if (!exported.some((one) => one.name === 'memory' && one.kind === 'memory'))
    throw unfit('llhttp lacks memory')
  if (missing.length > 0) throw unfit(`llhttp lacks ${missing.join(', ')}`)
  return new LlhttpInstance((callbacks) => {
    checkImports(module, callbacks)
    return new WebAssembly.Instance(module, { env: callbacks }).exports as LlhttpExports
  })
}

/** One that it asks for in vain would fail too, but with an error of V8's. */
function checkImports(module: object, callbacks: Readonly<Record<string, LlhttpCallback>>): void {
  const asked = WebAssembly.Module.imports(module).map((one) => `${one.module}.${one.name}`)
  const given = Object.keys(callbacks).map((name) => `env.${name}`)
  const unknown = asked.filter((name) => !given.includes(name))
  if (unknown.length > 0) throw unfit(`llhttp asks for ${unknown.join(', ')}`)
  const unused = given.filter((name) => !asked.includes(name))
  if (unused.length > 0) throw unfit(`llhttp doesn't call ${unused.join(', ')}`)
}

export function unfit(detail: string, cause?: unknown): CalandriaError {
  return new CalandriaError('CAL_ERR_PARSER_ENGINE', detail, { cause })
}
