import { createRequire } from 'node:module'

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  llhttp_alloc(type: number): number
  llhttp_execute(parser: number, data: number, length: number): number
  malloc(size: number): number
}

/** As far as it's needed here: without the DOM's types TypeScript knows nothing of it. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

const REQUEST = 1

/** The WebAssembly build of Node's parser that undici ships, with the callbacks it can't do without. */
export class Llhttp {
  #urls = 0
  #heads = 0
  readonly #exports: Exports
  readonly #parser: number
  readonly #data: number
  readonly #memory: Uint8Array

  constructor(mostBytes: number) {
    const wasm = createRequire(import.meta.url)('undici/lib/llhttp/llhttp_simd-wasm.js') as Buffer
    const goOn = (): number => 0
    const env = {
      wasm_on_message_begin: goOn,
      wasm_on_url: (_parser: number, _at: number, length: number) => ((this.#urls += length), 0),
      wasm_on_status: goOn,
      wasm_on_header_field: goOn,
      wasm_on_header_value: goOn,
      wasm_on_headers_complete: () => (this.#heads++, 0),
      wasm_on_body: goOn,
      wasm_on_message_complete: goOn,
    }
    const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env })
    this.#exports = instance.exports as Exports
    this.#parser = this.#exports.llhttp_alloc(REQUEST)
    this.#data = this.#exports.malloc(mostBytes)
    this.#memory = new Uint8Array(this.#exports.memory.buffer)
  }

  /** Parses a whole read at once. @returns heads and bytes of targets */
  parse(bytes: Uint8Array, limit: number): { heads: number; targetBytes: number } {
    this.#urls = this.#heads = 0
    this.#memory.set(bytes.subarray(0, limit), this.#data)
    const error = this.#exports.llhttp_execute(this.#parser, this.#data, limit)
    if (error !== 0) throw new Error(`llhttp: error ${error}`)
    return { heads: this.#heads, targetBytes: this.#urls }
  }
}
