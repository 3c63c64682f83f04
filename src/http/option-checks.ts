import { CalandriaTypeError } from '../errors/calandria-error.js'

/** A name that nobody knows is a typing error, and must not go unseen. */
export function refuseUnknown(given: object, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) throw wrong(`there is no option ${prefix}${unknown}`)
}

export function aFunction<F>(name: string, value: F): F {
  if (typeof value !== 'function') throw wrong(`${name} must be a function`)
  return value
}

export function aBoolean(name: string, value: unknown, byDefault: boolean): boolean {
  if (value === undefined) return byDefault
  if (typeof value === 'boolean') return value
  throw wrong(`${name} must be true or false`)
}

export function wholeNumber(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw wrong(`${name} must be a whole number from ${least} to ${most}`)
}

export function milliseconds(name: string, value: unknown, byDefault: number): number {
  if (value === undefined) return byDefault
  if (typeof value === 'number' && value >= 0 && value < Infinity) return value
  throw wrong(`${name} must be a number of milliseconds`)
}

export function text(name: string, value: unknown, byDefault?: string): string {
  if (value === undefined && byDefault !== undefined) return byDefault
  if (typeof value === 'string' && value !== '') return value
  throw wrong(`${name} must be a string that is not empty`)
}

export function wrong(detail: string): CalandriaTypeError {
  return new CalandriaTypeError('CAL_ERR_OPTION', detail)
}
