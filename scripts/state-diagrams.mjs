/**
 * Writes the state diagrams of docs/architecture.md from the transition tables in the code, so that they can't drift.
 * With --check it changes nothing and fails when they have drifted. Run `npm run build` first.
 */
import { CONNECTION_TRANSITIONS, ConnectionState } from '../dist/http/connection-state.js'
import { RESPONSE_TRANSITIONS, ResponseState } from '../dist/http/response-state.js'
import { keepInStep } from './generated-docs.mjs'

const diagrams = {
  connection: diagram(ConnectionState.Open, CONNECTION_TRANSITIONS),
  response: diagram(ResponseState.Open, RESPONSE_TRANSITIONS),
}
await keepInStep('architecture.md', 'states', diagrams, 'npm run docs:states')

function diagram(first, transitions) {
  const arrows = transitions.map(([from, event, to]) => `  ${from} --> ${to}: ${event}`)
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${first}`, ...arrows, '```'].join('\n')
}
