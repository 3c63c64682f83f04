import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** The numbered statements of a page of the documentation, each of which must be a test of the file at hand. */
export class Statements {
  readonly #texts = new Map<number, string>()
  readonly #tested = new Set<number>()

  /** @param page its file name in `docs` */
  constructor(page: string) {
    const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
    const part = text.split('<!-- statements -->')[1]?.split('<!-- end of statements -->')[0] ?? ''
    for (const [, number = '', statement = ''] of part.matchAll(/^(\d+)\. (.*(?:\n {3,4}\S.*)*)/gm)) {
      this.#texts.set(Number(number), statement.replaceAll(/\s+/g, ' '))
    }
  }

  /** `it()` for a statement: its name is what the page says. */
  readonly test = (number: number, body: () => Promise<void> | void): void => {
    const text = this.#texts.get(number)
    if (text === undefined) throw new Error(`the page has no statement ${number}`)
    if (this.#tested.has(number)) throw new Error(`statement ${number} has two tests`)
    this.#tested.add(number)
    it(`${number}. ${text}`, body)
  }

  /** The last test of the file: every statement has had its own, and they are numbered from 1 without a gap. */
  mustBeComplete(): void {
    it('every numbered statement has its test', () => {
      const numbers = [...this.#texts.keys()]
      expect(numbers.length).toBeGreaterThan(0)
      expect(numbers).toEqual(numbers.map((_, i) => i + 1))
      expect([...this.#tested].sort((a, b) => a - b)).toEqual(numbers)
    })
  }
}
