import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { CONTESTANTS, installPeers, ownVersion } from './contestants.js'
import { play, type Score } from './play.js'
import { scoreTable } from './score-table.js'

const DOCUMENT = fileURLToPath(new URL('../../../docs/conformance.md', import.meta.url))
const GENERATED = /(<!-- scores -->\n)[^]*?(<!-- end of scores -->)/

/** Plays the table to all servers, prints the scores, and writes them into the docs. */
test('the conformance table, played to Calandria and its peers', async () => {
  await installPeers()
  const version = await ownVersion()
  const missing = new Map<string, string>()
  const played = await Promise.all(
    CONTESTANTS.map((contestant) =>
      play(contestant, version).catch((error: unknown) => {
        missing.set(contestant.name, (error as Error).message)
        return null
      }),
    ),
  )
  const scores = played.filter((score): score is Score => score !== null)
  const table = scoreTable(scores, missing, new Date().toISOString().slice(0, 10))
  console.log(table)
  const before = await readFile(DOCUMENT, 'utf8')
  await writeFile(
    DOCUMENT,
    before.replace(GENERATED, (_all, begin: string, end: string) => `${begin}\n${table}\n${end}`),
  )
  expect([...(scores[0]?.differences.values() ?? [['Calandria could not be run']])].flat()).toEqual([])
})
