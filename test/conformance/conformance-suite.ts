import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { llhttpEngine } from '../../src/llhttp.js'
import type { ParserEngine } from '../../src/index.js'
import type { Delivery } from './byte-client.js'
import { differencesFromExpected } from './judge.js'
import { observe } from './observe.js'
import type { Subject } from './subjects/subject.js'
import { nameOf, TABLE } from './table.js'

/** Every engine; to add one is a line. */
export const ENGINES: Readonly<Record<string, () => Promise<'scanner' | ParserEngine>>> = {
  scanner: () => Promise.resolve('scanner'),
  llhttp: () => llhttpEngine(),
}

export const DELIVERIES: readonly Delivery[] = ['whole', 'bytes']

/** A row whose server falls silent fails, by its name. */
const MOST_MS_OF_A_ROW = 5000

/** Plays the whole table to one server, row by row: it logs what it handles, and so takes one row at a time. */
export function describeConformance<S extends Subject>(
  name: string,
  engine: string,
  delivery: Delivery,
  start: () => Promise<S>,
  afterwards: (subject: S) => void = () => undefined,
): void {
  describe(`${name}, ${engine}, ${delivery === 'whole' ? 'in as few writes as can be' : 'byte by byte'}`, () => {
    let subject: S
    beforeAll(async () => {
      subject = await start()
    })
    afterAll(() => subject.close())

    describe.each(Object.entries(TABLE))('%s', (_topic, rows) => {
      test.each(rows.map((row) => [nameOf(row), row] as const))(
        '%s',
        async (_name, row) => {
          const observed = await observe(row, await subject.connect(), delivery, () => subject.takeLog())
          expect(differencesFromExpected(row, observed, engine, delivery)).toEqual([])
        },
        MOST_MS_OF_A_ROW,
      )
    })

    test('the server has seen it as it was sent', () => afterwards(subject))
  })
}
