import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { CalandriaError } from 'calandria'
import type { Expectation, RequestPattern } from './load-options.js'

/** What a file in a mix is read with; its paths are relative to the mix. */
export type ReadBody = (path: string) => Promise<Uint8Array>

const MIX_NAMES = ['requests']
const REQUEST_NAMES = ['method', 'path', 'headers', 'body', 'bodyFile', 'weight', 'expect']
const EXPECT_NAMES = ['status', 'length', 'body', 'bodyFile']

/**
 * Reads a request mix: JSON, as `docs/load-generator.md` has it.
 * @throws CalandriaError `CAL_ERR_BENCH_MIX` (rejects), naming the place in the file
 */
export async function readMix(path: string): Promise<RequestPattern[]> {
  const folder = dirname(path)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new CalandriaError('CAL_ERR_BENCH_MIX', `${path} (${(cause as Error).message})`, { cause })
  }
  return parseMix(text, (name) => readFile(resolve(folder, name)))
}

/** @throws CalandriaError `CAL_ERR_BENCH_MIX` (rejects) */
export async function parseMix(text: string, readBody: ReadBody): Promise<RequestPattern[]> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new CalandriaError('CAL_ERR_BENCH_MIX', `it is no JSON (${(cause as Error).message})`, { cause })
  }
  const { requests } = objectAt('the mix', json, MIX_NAMES)
  if (!Array.isArray(requests) || requests.length === 0)
    throw wrong('requests must be a list with at least one request')
  return Promise.all(requests.map((one, i) => parseRequest(`requests[${i}]`, one, readBody)))
}

async function parseRequest(where: string, json: unknown, readBody: ReadBody): Promise<RequestPattern> {
  const request = objectAt(where, json, REQUEST_NAMES)
  const body = await parseBody(where, request, readBody)
  return {
    ...optional('method', stringAt(`${where}.method`, request['method'])),
    ...optional('path', stringAt(`${where}.path`, request['path'])),
    ...optional('headers', parseHeaders(`${where}.headers`, request['headers'])),
    ...optional('body', body),
    ...optional('weight', numberAt(`${where}.weight`, request['weight'])),
    ...optional('expect', await parseExpectation(`${where}.expect`, request['expect'], readBody)),
  }
}

async function parseExpectation(
  where: string,
  json: unknown,
  readBody: ReadBody,
): Promise<Expectation | undefined> {
  if (json === undefined) return undefined
  const expectation = objectAt(where, json, EXPECT_NAMES)
  const { status } = expectation
  const statuses = Array.isArray(status)
    ? status.map((one, i) => numberAt(`${where}.status[${i}]`, one) as number)
    : numberAt(`${where}.status`, status)
  return {
    ...optional('status', statuses),
    ...optional('length', numberAt(`${where}.length`, expectation['length'])),
    ...optional('body', await parseBody(where, expectation, readBody)),
  }
}

/** In the file itself, or in another one. What is no string in `body` stands for its JSON. */
async function parseBody(
  where: string,
  { body, bodyFile }: Readonly<Record<string, unknown>>,
  readBody: ReadBody,
): Promise<string | Uint8Array | undefined> {
  if (bodyFile === undefined)
    return typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  if (body !== undefined) throw wrong(`${where} has both a body and a bodyFile`)
  const path = stringAt(`${where}.bodyFile`, bodyFile) as string
  try {
    return await readBody(path)
  } catch (cause) {
    throw new CalandriaError('CAL_ERR_BENCH_MIX', `${where}.bodyFile (${(cause as Error).message})`, {
      cause,
    })
  }
}

/** Names with a value each, or with several of them. */
function parseHeaders(where: string, json: unknown): [string, string][] | undefined {
  if (json === undefined) return undefined
  return Object.entries(objectAt(where, json, null)).flatMap(([name, value]) => {
    const values: unknown[] = Array.isArray(value) ? value : [value]
    return values.map((one): [string, string] => [
      name,
      stringAt(`${where}[${JSON.stringify(name)}]`, one) ?? '',
    ])
  })
}

/** @param names those that it may have; `null`: any */
function objectAt(where: string, json: unknown, names: readonly string[] | null): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw wrong(`${where} must be an object`)
  const unknown = names === null ? undefined : Object.keys(json).find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw wrong(`${where} has ${JSON.stringify(unknown)}, which is none of ${(names ?? []).join(', ')}`)
  return json as Record<string, unknown>
}

function stringAt(where: string, json: unknown): string | undefined {
  if (json === undefined || typeof json === 'string') return json
  throw wrong(`${where} must be a string`)
}

function numberAt(where: string, json: unknown): number | undefined {
  if (json === undefined || typeof json === 'number') return json
  throw wrong(`${where} must be a number`)
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, Value>>)
}

function wrong(detail: string): CalandriaError {
  return new CalandriaError('CAL_ERR_BENCH_MIX', detail)
}
