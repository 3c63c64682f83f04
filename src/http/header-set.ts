import { CalandriaTypeError } from '../errors/calandria-error.js'
import { KeptHead } from './response-head.js'

/** RFC 9110 §5.1. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** RFC 9110 §5.5: visible characters, with spaces and tabs only between them. Nothing that could end a line. */
const FIELD_VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/

/** Of one name, so many values are remembered in one set; a name with more of them has a new one every time. */
const MOST_VALUES = 16
const MOST_NAMES = 16
/** Sets remembered in all, against handlers that never send the same twice. */
const MOST_SETS = 4096

let setsRemembered = 0

interface Line {
  readonly lowerName: string
  /** `Name: value` and the line end; several of them when the value was a list. */
  readonly text: string
}

/**
 * The headers that a handler has set: immutable, and shared by all responses that set the same ones in the same
 * order. A set remembers which set came of it by adding which header, much as V8's hidden classes do. So a handler
 * that sends the headers it sent the last time checks nothing, joins nothing and allocates nothing
 * (`bench/micro/header-set.ts`).
 *
 * ```
 *   NO_HEADERS ──Content-Type: text/plain──▶ {1} ──ETag: "a"──▶ {2}
 *       └────────Content-Type: text/html───▶ {3}
 * ```
 */
export class HeaderSet {
  /** All lines, each with its end. */
  readonly text: string
  readonly hasContentType: boolean
  readonly hasDate: boolean
  /** @internal Kept with the set, so that routes with other headers don't push each other out. */
  readonly keptHead = new KeptHead()
  readonly #lines: readonly Line[]
  #lastName = ''
  #lastValue = ''
  #lastSet: HeaderSet | null = null
  /** By name and value; `null` for a name that had too many values. */
  #sets: Map<string, Map<string, HeaderSet> | null> | null = null

  /** @internal Begin with {@link NO_HEADERS}. */
  constructor(lines: readonly Line[]) {
    this.#lines = lines
    this.text = lines.map((line) => line.text).join('')
    this.hasContentType = this.has('content-type')
    this.hasDate = this.has('date')
  }

  has(lowerName: string): boolean {
    return this.#lines.some((line) => line.lowerName === lowerName)
  }

  /** The set remembered for one more header, or `null`: then {@link with} makes it. */
  next(name: string, value: unknown): HeaderSet | null {
    if (name === this.#lastName && value === this.#lastValue) return this.#lastSet
    const found = this.#sets?.get(name)?.get(value as string)
    if (found === undefined) return null
    this.#setLast(name, value as string, found)
    return found
  }

  /**
   * The set with one more header; an earlier one of the same name is replaced. Header injection ends here.
   * @throws CalandriaTypeError `CAL_ERR_RESPONSE_HEADER`
   */
  with(name: string, value: string | number | readonly (string | number)[]): HeaderSet {
    const lowerName = checkedName(name)
    const line: Line = {
      lowerName,
      text: Array.isArray(value) ? listText(name, value) : lineText(name, value),
    }
    const lines = [...this.#lines]
    const known = lines.findIndex((other) => other.lowerName === lowerName)
    lines[known === -1 ? lines.length : known] = line
    const set = new HeaderSet(lines)
    if (typeof value === 'string') this.#remember(name, value, set)
    return set
  }

  #remember(name: string, value: string, set: HeaderSet): void {
    this.#setLast(name, value, set)
    this.#sets ??= new Map()
    const values = this.#sets.get(name)
    if (values === null || setsRemembered >= MOST_SETS) return
    if (values === undefined) {
      if (this.#sets.size >= MOST_NAMES) return
      this.#sets.set(name, new Map([[value, set]]))
    } else if (values.size >= MOST_VALUES) {
      this.#sets.set(name, null)
      setsRemembered -= values.size
      return
    } else {
      values.set(value, set)
    }
    setsRemembered++
  }

  #setLast(name: string, value: string, set: HeaderSet): void {
    this.#lastName = name
    this.#lastValue = value
    this.#lastSet = set
  }
}

export const NO_HEADERS = new HeaderSet([])

/** @returns the name in lower case */
export function checkedName(name: string): string {
  if (typeof name === 'string' && TOKEN.test(name)) return name.toLowerCase()
  throw new CalandriaTypeError('CAL_ERR_RESPONSE_HEADER', `the name ${show(name)} is not a token`)
}

function listText(name: string, values: readonly (string | number)[]): string {
  if (values.length > 0) return values.map((value) => lineText(name, value)).join('')
  throw new CalandriaTypeError('CAL_ERR_RESPONSE_HEADER', `${name} has no value`)
}

function lineText(name: string, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text === 'string' && FIELD_VALUE.test(text)) return `${name}: ${text}\r\n`
  throw new CalandriaTypeError('CAL_ERR_RESPONSE_HEADER', `the value of ${name} can't be ${show(value)}`)
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : `of type ${typeof value}`
}
