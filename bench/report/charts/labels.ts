/** The subject that the others are compared with stands out. */
export const isOurs = (subject: string): boolean => subject === 'calandria'

/** 1,200,000 as 1.2 M. */
export function short(value: number): string {
  if (value >= 1e6) return `${trimmed(value / 1e6)} M`
  return value >= 1000 ? `${trimmed(value / 1000)} k` : trimmed(value)
}

const trimmed = (value: number): string => String(Number(value.toPrecision(3)))
