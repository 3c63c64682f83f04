/**
 * Writes the tables of docs/errors.md from src/errors/catalogue.ts. With --check it changes nothing and fails when the
 * page has drifted. Run `npm run build` first.
 */
import { ERRORS } from '../dist/errors/catalogue.js'
import { keepInStep } from './generated-docs.mjs'

/** Who is told of an error that no client is answered with, by the beginning of its code; the first that fits. */
const TOLD = [
  ['CAL_ERR_CLIENT_GONE', 'the handler: `signal.reason`, `drained()`, the body'],
  ['CAL_ERR_BODY_', 'the handler, by the body'],
  ['CAL_ERR_RESPONSE_', 'the handler, by the response'],
  ['CAL_ERR_REPLY_', 'the listener of a response parser'],
  ['CAL_ERR_TRANSPORT_', 'who writes to a transport'],
  ['CAL_ERR_ROUTE', 'who adds a route'],
  ['CAL_ERR_CONNECT', 'who calls `connectTcp()`, `connectUnix()` or `connectTls()`'],
  ['CAL_ERR_BENCH_', 'who calls `runLoad()`, `readMix()` or `calibrate()`, or runs `calandria-bench`'],
  ['CAL_ERR_PARSER_ENGINE', 'who calls `llhttpEngine()`'],
  ['CAL_ERR_CANCELLED', 'the task: `signal.reason`; who waits for it'],
  ['CAL_ERR_DEADLINE', 'the task: `signal.reason`; who calls `scope.within()`'],
  ['CAL_ERR_SCOPE_', 'who spawns a task'],
  ['CAL_ERR_COROUTINE', 'the coroutine'],
  ['CAL_ERR_CHANNEL_', 'who sends or receives'],
  ['CAL_ERR_RECORD_', 'who calls `serve()`, and `record.onEnd`'],
  ['CAL_ERR_RECORDING', 'who calls `replay()`'],
  ['CAL_ERR_REPLAY_', 'who calls `replay()`'],
  ['CAL_ERR_STALL', 'who calls `expectNoStall()`'],
  ['CAL_ERR_OFFLOAD_', 'who calls `offload()`'],
  ['CAL_ERR_SIMULATION_', 'who calls `simulate()`'],
  ['CAL_ERR_OPTION', 'who calls with options: `serve()`, `server.close()` and others'],
  ['CAL_ERR_', 'who calls `serve()`'],
]
const CONNECTION = { lives: 'goes on', closes: 'closes after the answer' }

const entries = Object.entries(ERRORS)
const clients = entries.filter(([, { status }]) => status !== null)
const programs = entries.filter(([, { status }]) => status === null)

await keepInStep(
  'errors.md',
  'table',
  {
    clients: table(
      ['code', 'status', 'when', 'the connection'],
      clients.map(([code, { status, message, connection }]) => [
        `\`${code}\``,
        status,
        message,
        CONNECTION[connection],
      ]),
    ),
    programs: table(
      ['code', 'when', 'who is told'],
      programs.map(([code, { message }]) => [`\`${code}\``, message, told(code)]),
    ),
  },
  'npm run docs:tables',
)

function told(code) {
  return TOLD.find(([beginning]) => code.startsWith(beginning))[1]
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')
}
