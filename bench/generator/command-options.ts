import { readFile } from 'node:fs/promises'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { LoadOptions, LoadTlsOptions, RequestPattern } from './load-options.js'
import { readMix } from './mix-file.js'

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'calibrate'; readonly output: Output }
  | {
      readonly kind: 'load'
      readonly options: LoadOptions
      readonly depths: readonly number[]
      readonly output: Output
    }

export interface Output {
  /** `undefined`: JSON unless the output is a terminal. */
  readonly format: 'json' | 'text' | undefined
  /** A file that gets the JSON besides. */
  readonly file: string | undefined
  readonly quiet: boolean
}

/** Something on the command line makes no sense. */
export class UsageError extends Error {}

const OPTIONS = {
  connections: { type: 'string' },
  depth: { type: 'string' },
  duration: { type: 'string' },
  'warm-up': { type: 'string' },
  ramp: { type: 'string' },
  timeout: { type: 'string' },
  rate: { type: 'string' },
  burst: { type: 'string' },
  'requests-per-connection': { type: 'string' },
  processes: { type: 'string' },
  cores: { type: 'string' },
  sources: { type: 'string' },
  'no-spin': { type: 'boolean' },
  seed: { type: 'string' },
  mix: { type: 'string' },
  request: { type: 'string', short: 'X' },
  header: { type: 'string', short: 'H', multiple: true },
  data: { type: 'string', short: 'd' },
  'data-binary': { type: 'string' },
  'expect-status': { type: 'string' },
  'expect-length': { type: 'string' },
  'expect-body': { type: 'string' },
  'unix-socket': { type: 'string' },
  insecure: { type: 'boolean', short: 'k' },
  cacert: { type: 'string' },
  calibrate: { type: 'boolean' },
  json: { type: 'boolean' },
  text: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options']

type Values = ReturnType<typeof parse>['values']

/** @throws UsageError; CalandriaError `CAL_ERR_BENCH_MIX` (rejects) */
export async function readCommand(argv: readonly string[]): Promise<Command> {
  const { values, positionals } = parse(argv)
  if (values.help === true) return { kind: 'help' }
  if (values.version === true) return { kind: 'version' }
  const output = outputOf(values)
  if (values.calibrate === true) {
    if (positionals.length > 0) throw new UsageError('--calibrate asks servers of its own: leave out the URL')
    return { kind: 'calibrate', output }
  }
  const [url, ...more] = positionals
  if (url === undefined) throw new UsageError('whom to load? Give a URL, such as http://127.0.0.1:8080/')
  if (more.length > 0) throw new UsageError(`one URL, please: what is ${more.join(' ')}?`)
  const depths = list('--depth', values.depth ?? '1')
  return { kind: 'load', options: await loadOptions(url, values), depths, output }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

async function loadOptions(url: string, values: Values): Promise<LoadOptions> {
  const settings = {
    connections: number('--connections', values.connections),
    durationMs: seconds('--duration', values.duration),
    warmUpMs: seconds('--warm-up', values['warm-up']),
    rampMs: seconds('--ramp', values.ramp),
    timeoutMs: seconds('--timeout', values.timeout),
    rate: number('--rate', values.rate),
    burst: number('--burst', values.burst),
    requestsPerConnection: number('--requests-per-connection', values['requests-per-connection']),
    processes: number('--processes', values.processes),
    cores: values.cores === undefined ? undefined : list('--cores', values.cores),
    sources: number('--sources', values.sources),
    spin: values['no-spin'] === true ? false : undefined,
    seed: number('--seed', values.seed),
    socketPath: values['unix-socket'],
    tls: await tlsOptions(values),
    requests: values.mix === undefined ? [await requestPattern(values)] : await mix(values.mix, values),
  }
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
  return { url, ...given }
}

async function mix(path: string, values: Values): Promise<RequestPattern[]> {
  const clashing = (
    ['request', 'header', 'data', 'data-binary', 'expect-status', 'expect-length', 'expect-body'] as const
  ).find((name) => values[name] !== undefined)
  if (clashing !== undefined)
    throw new UsageError(`--${clashing} belongs into the file when there is a --mix`)
  return readMix(path)
}

/** One request, by flags like those of curl. */
async function requestPattern(values: Values): Promise<RequestPattern> {
  const headers = (values.header ?? []).map(readHeader)
  const { data, 'data-binary': binary } = values
  if (data !== undefined && binary !== undefined) throw new UsageError('either --data or --data-binary')
  const body = data === undefined ? await bytesOf('--data-binary', binary) : await lineOf(data)
  // As curl does: what is posted by -d passes for a form unless somebody says what it is.
  if (body !== undefined && !headers.some(([name]) => name.toLowerCase() === 'content-type'))
    headers.push(['Content-Type', 'application/x-www-form-urlencoded'])
  const status =
    values['expect-status'] === undefined ? undefined : list('--expect-status', values['expect-status'])
  const length = number('--expect-length', values['expect-length'])
  const expectedBody = await bytesOf('--expect-body', values['expect-body'])
  return {
    ...(values.request !== undefined && { method: values.request }),
    headers,
    ...(body !== undefined && { body }),
    expect: {
      ...(status !== undefined && { status }),
      ...(length !== undefined && { length }),
      ...(expectedBody !== undefined && { body: expectedBody }),
    },
  }
}

function readHeader(line: string): [string, string] {
  const colon = line.indexOf(':')
  if (colon < 1) throw new UsageError(`-H: a header is 'Name: value', not ${JSON.stringify(line)}`)
  return [line.slice(0, colon), line.slice(colon + 1).trim()]
}

/** `@name` stands for the contents of a file, of which `--data` drops the line ends: as curl does. */
async function lineOf(data: string): Promise<string | Uint8Array> {
  if (!data.startsWith('@')) return data
  const bytes = await readNamed('--data', data.slice(1))
  return Buffer.from(bytes.toString('latin1').replaceAll(/[\r\n]/g, ''), 'latin1')
}

async function bytesOf(option: string, data: string | undefined): Promise<string | Uint8Array | undefined> {
  return data?.startsWith('@') === true ? readNamed(option, data.slice(1)) : data
}

async function tlsOptions(values: Values): Promise<LoadTlsOptions | undefined> {
  if (values.insecure === true) return { insecure: true }
  if (values.cacert === undefined) return undefined
  return { ca: (await readNamed('--cacert', values.cacert)).toString('latin1') }
}

async function readNamed(option: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`)
  }
}

function outputOf(values: Values): Output {
  if (values.json === true && values.text === true) throw new UsageError('either --json or --text')
  const format = values.json === true ? 'json' : values.text === true ? 'text' : undefined
  return { format, file: values.output, quiet: values.quiet === true }
}

function number(option: string, text: string): number
function number(option: string, text: string | undefined): number | undefined
function number(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError(`${option}: ${JSON.stringify(text)} is no number`)
  return Number(text)
}

/** `10`, `10s`, `500ms`, `2m`. @returns milliseconds */
function seconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|)$/.exec(text)
  if (match === null)
    throw new UsageError(`${option}: ${JSON.stringify(text)} is no time such as 10, 500ms or 2m`)
  const factor = { ms: 1, s: 1000, m: 60_000, '': 1000 }[match[2] as 'ms' | 's' | 'm' | '']
  return Number(match[1]) * factor
}

function list(option: string, text: string): number[] {
  return text.split(',').map((part) => number(option, part.trim()))
}
