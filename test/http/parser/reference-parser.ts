import type { ErrorCode } from '../../../src/errors/catalogue.js'
import type { Limits } from '../../../src/http/limits.js'
import { LONGEST_METHOD, METHODS } from '../../../src/http/methods.js'
import type { Answer, ParsedHead } from './parsed-head.js'

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]*/
const TARGET = /^[!$-;=?-~]*/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*/
const VERSIONS = ['HTTP/1.0\r\n', 'HTTP/1.1\r\n']
const HOST = /^(?:\[[A-Za-z0-9\-._~!$&'()*+,;=%:]+\]|[A-Za-z0-9\-._~!$&'()*+,;=%]*)(?::[0-9]*)?$/

type Form = ParsedHead['form']
class Refusal extends Error {
  constructor(readonly code: ErrorCode | 'need more') {
    super(code)
  }
}

/**
 * A parser of request heads that is slow and short enough to be checked by eye against RFC 9112: regular
 * expressions over the whole text, nothing kept, nothing clever. It judges the text from left to right.
 */
export function parseByReference(text: string, limits: Limits): Answer {
  try {
    return parseHead(text, limits)
  } catch (refusal) {
    if (refusal instanceof Refusal) return refusal.code
    throw refusal
  }
}

function parseHead(text: string, limits: Limits): Answer {
  let rest = text
  const take = (part: string): void => void (rest = rest.slice(part.length))
  const leading = /^\r\n?/.exec(rest)?.[0] ?? ''
  if (leading === '\r') refuse(rest === '\r' ? 'need more' : 'CAL_ERR_HTTP_LINE_END')
  take(leading)

  const method = match(TOKEN, rest)
  take(method)
  if (method.length > LONGEST_METHOD) refuse('CAL_ERR_HTTP_METHOD_TOO_LONG')
  if (rest === '') refuse('need more')
  if (method === '' || !rest.startsWith(' ')) refuse('CAL_ERR_HTTP_METHOD')
  take(' ')

  const target = match(TARGET, rest)
  take(target)
  if (target.length > limits.targetBytes) refuse('CAL_ERR_HTTP_TARGET_TOO_LONG')
  if (rest === '') refuse('need more')
  if (target !== '' && /^[\r\n]/.test(rest)) refuse('CAL_ERR_HTTP_VERSION')
  const form = formOf(method, target)
  if (form === null || !rest.startsWith(' ')) refuse('CAL_ERR_HTTP_TARGET')
  take(' ')

  const version = VERSIONS.find((known) => rest.startsWith(known))
  if (version === undefined) refuse(faultOfVersion(rest))
  take(version)
  const minor = Number(version.charAt(7))

  const lines = parseFields(rest, minor, limits)
  const fields = lines.map((field) => field.line).join('')
  take(`${fields}\r\n`)
  if (minor === 1 && !lines.some((field) => field.name === 'host')) refuse('CAL_ERR_HTTP_HOST_MISSING')
  return {
    length: text.length - rest.length,
    method: METHODS.find((known) => known === method) ?? '',
    form,
    target,
    path: target.replace(/\?.*/s, ''),
    minor,
    fields,
    ...framing(lines),
  }
}

function formOf(method: string, target: string): Form | null {
  if (method === 'CONNECT')
    return /^(?:[^:/?@]+|\[[^\]/?@]+\]):\d+$/.test(target) && HOST.test(target) ? 'Authority' : null
  if (target.startsWith('/')) return 'Origin'
  if (target === '*') return method === 'OPTIONS' ? 'Asterisk' : null
  const authority = /^https?:\/\/([^/?]+)/i.exec(target)?.[1]
  return authority !== undefined && HOST.test(authority) ? 'Absolute' : null
}

function faultOfVersion(rest: string): ErrorCode | 'need more' {
  if (VERSIONS.some((known) => known.startsWith(rest))) return 'need more'
  if (/^HTTP\/(?:[02-9]|1\.[2-9])/.test(rest)) return 'CAL_ERR_HTTP_VERSION_UNSUPPORTED'
  return /^HTTP\/1\.[01](?:\n|\r[^])/.test(rest) ? 'CAL_ERR_HTTP_LINE_END' : 'CAL_ERR_HTTP_VERSION'
}

interface Field {
  readonly line: string
  readonly name: string
  readonly value: string
}

function parseFields(text: string, minor: number, limits: Limits): Field[] {
  const lines: Field[] = []
  for (let rest = text; ;) {
    const before = text.length - rest.length
    const name = match(TOKEN, rest)
    if (before + name.length > limits.headerBytes) refuse('CAL_ERR_HTTP_HEAD_TOO_LARGE')
    const afterName = rest.slice(name.length)
    if (name === '' && afterName.startsWith('\r\n')) return lines
    if (afterName === '' || (name === '' && afterName === '\r')) refuse('need more')
    if (name === '' || !afterName.startsWith(':')) refuse(faultOfName(name, afterName))

    const value = match(VALUE, afterName.slice(1))
    const line = `${name}:${value}\r\n`
    if (before + line.length - 2 > limits.headerBytes) refuse('CAL_ERR_HTTP_HEAD_TOO_LARGE')
    const end = rest.slice(line.length - 2, line.length)
    if (end === '' || end === '\r') refuse('need more')
    if (end !== '\r\n') refuse(/^[\r\n]/.test(end) ? 'CAL_ERR_HTTP_LINE_END' : 'CAL_ERR_HTTP_FIELD_VALUE')
    const field = {
      line,
      name: name.toLowerCase(),
      value: value.replace(/^[\t ]+/, '').replace(/[\t ]+$/, ''),
    }
    const fault = faultOfField(field, lines, minor)
    if (fault !== null) refuse(fault)
    lines.push(field)
    if (lines.length > limits.headerFields) refuse('CAL_ERR_HTTP_TOO_MANY_FIELDS')
    rest = rest.slice(line.length)
  }
}

function faultOfName(name: string, next: string): ErrorCode {
  if (next.startsWith('\n') || next.startsWith('\r')) return 'CAL_ERR_HTTP_LINE_END'
  return name === '' && /^[\t ]/.test(next) ? 'CAL_ERR_HTTP_FOLDED' : 'CAL_ERR_HTTP_FIELD_NAME'
}

function faultOfField({ name, value }: Field, before: readonly Field[], minor: number): ErrorCode | null {
  const has = (other: string): boolean => before.some((field) => field.name === other)
  switch (name) {
    case 'host':
      if (has('host')) return 'CAL_ERR_HTTP_HOST_REPEATED'
      return HOST.test(value) ? null : 'CAL_ERR_HTTP_HOST'
    case 'content-length':
      if (has('content-length')) return 'CAL_ERR_HTTP_CONTENT_LENGTH_REPEATED'
      if (has('transfer-encoding')) return 'CAL_ERR_HTTP_LENGTH_AND_ENCODING'
      return /^[0-9]{1,15}$/.test(value) ? null : 'CAL_ERR_HTTP_CONTENT_LENGTH'
    case 'transfer-encoding':
      if (has('content-length')) return 'CAL_ERR_HTTP_LENGTH_AND_ENCODING'
      if (has('transfer-encoding') || minor === 0) return 'CAL_ERR_HTTP_TRANSFER_ENCODING'
      return /^chunked$/i.test(value) ? null : 'CAL_ERR_HTTP_TRANSFER_ENCODING'
    default:
      return null
  }
}

function framing(
  lines: readonly Field[],
): Omit<ParsedHead, 'length' | 'method' | 'form' | 'target' | 'path' | 'minor' | 'fields'> {
  const values = (name: string): string[] =>
    lines.filter((field) => field.name === name).map((field) => field.value)
  const options = values('connection').join(',').toLowerCase()
  const expectations = values('expect').map((value) => value.toLowerCase() === '100-continue')
  return {
    contentLength: Number(values('content-length')[0] ?? -1),
    chunked: values('transfer-encoding').length > 0,
    close: /(?:^|,)[\t ]*close[\t ]*(?:,|$)/.test(options),
    keepAlive: /(?:^|,)[\t ]*keep-alive[\t ]*(?:,|$)/.test(options),
    expectsContinue: expectations.includes(true),
    expectsOther: expectations.includes(false),
  }
}

function match(pattern: RegExp, text: string): string {
  return pattern.exec(text)?.[0] ?? ''
}

function refuse(code: ErrorCode | 'need more'): never {
  throw new Refusal(code)
}
