/**
 * Writes the state diagrams of docs/architecture.md from the transition tables in the code, so that they can't drift.
 * With --check it changes nothing and fails when they have drifted. Run `npm run build` first.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { CONNECTION_TRANSITIONS, ConnectionState } from '../dist/http/connection-state.js'
import { RESPONSE_TRANSITIONS, ResponseState } from '../dist/http/response-state.js'

const page = new URL('../docs/architecture.md', import.meta.url)

const diagrams = {
  connection: diagram(ConnectionState.Open, CONNECTION_TRANSITIONS),
  response: diagram(ResponseState.Open, RESPONSE_TRANSITIONS),
}

const before = await readFile(page, 'utf8')
let after = before
for (const [name, text] of Object.entries(diagrams)) {
  const [start, end] = [`<!-- states: ${name} -->`, `<!-- end of states: ${name} -->`]
  const from = after.indexOf(start)
  const to = after.indexOf(end)
  if (from === -1 || to === -1)
    throw new Error(`docs/architecture.md has no place for the states of a ${name}`)
  after = `${after.slice(0, from + start.length)}\n${text}\n${after.slice(to)}`
}

if (!process.argv.includes('--check')) await writeFile(page, after)
else if (after !== before) {
  console.error('docs/architecture.md shows other states than the code has: run npm run docs:states')
  process.exitCode = 1
}

function diagram(first, transitions) {
  const arrows = transitions.map(([from, event, to]) => `  ${from} --> ${to}: ${event}`)
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${first}`, ...arrows, '```'].join('\n')
}
