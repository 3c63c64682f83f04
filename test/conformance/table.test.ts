import { expect, test } from 'vitest'
import { nameOf, TABLE } from './table.js'

const rows = Object.values(TABLE).flat()

test('the table has at least 200 rows', () => {
  expect(rows.length).toBeGreaterThanOrEqual(200)
})

test('every row has a name of its own', () => {
  const names = rows.map(nameOf)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
})

test('no two rows of one topic send the same', () => {
  for (const [topic, ofTopic] of Object.entries(TABLE)) {
    const sent = ofTopic.map(({ send }) => send.map(String).join('|'))
    const again = ofTopic.filter((_row, i) => sent.indexOf(sent[i]!) !== i).map(nameOf)
    expect([topic, again]).toEqual([topic, []])
  }
})

test('every row names the section of an RFC', () => {
  expect(rows.filter(({ section }) => !/^RFC \d{4} §\d+(\.\d+)*$/.test(section)).map(nameOf)).toEqual([])
})

test('bytes are written one character each', () => {
  const wide = rows.filter(({ send }) =>
    send.some((step) => typeof step === 'string' && /[^\0-\xff]/.test(step)),
  )
  expect(wide.map(nameOf)).toEqual([])
})
