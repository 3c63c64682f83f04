import { replies, uploaded } from './act.js'
import { type Ask, get, post } from './ask.js'
import { apiFields, browserFields, variedFields } from './heads.js'
import { type LoadScenario, type Scenario } from './scenario.js'

const times = (count: number, ask: (index: number) => Ask): Ask[] =>
  Array.from({ length: count }, (_, index) => ask(index))

const plain = get(replies.hello)

type Varying = Partial<LoadScenario> & Pick<LoadScenario, 'name' | 'groups' | 'about'>

/** A hundred connections, one plain request at a time, unless something else is said. */
const load = (varying: Varying): LoadScenario => ({
  kind: 'load',
  act: 'hello',
  connections: 100,
  asks: [plain],
  ...varying,
})

/** wrk parses as it goes; more depths than these add nothing to the picture. The deepest of the classics is 24. */
const depth = (count: number): LoadScenario =>
  load({
    name: `depth-${count}`,
    groups: count === 4 || count === 16 ? ['depths', 'lineage'] : ['depths'],
    about: `${count} requests in one go, plain head`,
    asks: times(count, () => plain),
  })

const connections = (count: number): LoadScenario =>
  load({
    name: `connections-${count}`,
    groups: ['connections'],
    about: `${count.toLocaleString('en-US')} keep-alive connections, one request at a time each`,
    connections: count,
    ...(count >= 1000 ? { leastSeconds: 5 } : {}),
  })

const body = (bytes: number): string => 'b'.repeat(bytes)

/** Of ten requests: five greetings, two JSON, one kilobyte, one upload, one that waits. */
const mixed: readonly Ask[] = [
  ...times(5, () => get(replies.hello, apiFields, '/hello')),
  ...times(2, () => get(replies.json, apiFields, '/json')),
  get(replies.kilobyte, browserFields, '/kilobyte'),
  post(body(1000), uploaded(1000), '/upload'),
  get(replies.delay, apiFields, '/delay'),
]

const steady = (percent: number): LoadScenario =>
  load({
    name: `steady-${percent}`,
    groups: ['steady'],
    about: `mixed requests, steadily at ${percent} % of what the subject can answer`,
    act: 'routes',
    asks: mixed,
    pace: { share: percent / 100 },
  })

const fast = get(replies.hello, [], '/hello')
const slow = get(replies.slow, [], '/slow')

export const scenarios: readonly Scenario[] = [
  load({
    name: 'pipelined',
    groups: ['classic', 'depths', 'heads', 'lineage'],
    about: '24 requests in one go, plain head',
    asks: times(24, () => plain),
  }),
  load({
    name: 'single',
    groups: ['classic', 'depths', 'connections', 'lineage'],
    about: 'one request at a time, plain head',
  }),
  load({
    name: 'browser',
    groups: ['classic', 'heads', 'lineage'],
    about: "24 requests in one go, a browser's head of 700 bytes",
    asks: times(24, () => get(replies.hello, browserFields)),
  }),
  load({
    name: 'varied',
    groups: ['classic', 'heads'],
    about: "24 requests in one go, a browser's head, each with another cookie",
    asks: times(24, (index) => get(replies.hello, variedFields(index))),
  }),
  {
    kind: 'idle',
    name: 'idle',
    groups: ['classic', 'lineage'],
    about: '10,000 connections that asked once and now rest',
    act: 'hello',
    connections: 10_000,
    asks: [plain],
  },
  load({
    name: 'api',
    groups: ['heads'],
    about: "24 requests in one go, an API client's head of 160 bytes",
    asks: times(24, () => get(replies.hello, apiFields)),
  }),
  ...[2, 4, 8, 16, 32].map(depth),
  ...[1, 1000, 10_000].map(connections),
  load({
    name: 'churn',
    groups: ['connections'],
    about: 'a new connection for every request',
    connections: 50,
    asks: [get(replies.hello, [['Connection', 'close']])],
    reconnects: true,
  }),
  load({
    name: 'kilobyte',
    groups: ['bodies'],
    about: '1 KiB responses, 10 connections: the row of the table by which uvloop is known',
    act: 'kilobyte',
    connections: 10,
    asks: [get(replies.kilobyte)],
  }),
  load({
    name: 'challenge',
    groups: ['challenge', 'lineage'],
    about: "gevent's challenge: 10,000 connections, 10,000 requests/s, 10,000 bytes each",
    act: 'tenKilobytes',
    connections: 10_000,
    asks: [get(replies.tenKilobytes)],
    pace: { requestsPerSecond: 10_000 },
    leastSeconds: 5,
  }),
  load({ name: 'json', groups: ['bodies'], about: 'JSON', act: 'json', asks: [get(replies.json)] }),
  load({
    name: 'post-1k',
    groups: ['bodies'],
    about: 'POST with a body of 1,000 bytes, read to its end',
    act: 'upload',
    asks: [post(body(1000), uploaded(1000))],
  }),
  load({
    name: 'post-1m',
    groups: ['bodies'],
    about: 'POST with a body of 1,000,000 bytes, read to its end; 10 connections',
    act: 'upload',
    connections: 10,
    asks: [post(body(1_000_000), uploaded(1_000_000))],
  }),
  load({
    name: 'stream',
    groups: ['bodies'],
    about: 'responses streamed in eight chunks of 128 bytes',
    act: 'stream',
    asks: [get(replies.stream)],
  }),
  load({
    name: 'delay',
    groups: ['handlers'],
    about: 'handlers that wait for 1 ms',
    act: 'delay',
    asks: [get(replies.delay)],
  }),
  load({
    name: 'delay-pipelined',
    groups: ['handlers'],
    about: 'handlers that wait for 1 ms, 16 requests in one go',
    act: 'delay',
    asks: times(16, () => get(replies.delay)),
  }),
  {
    kind: 'held',
    name: 'held',
    groups: ['handlers', 'lineage'],
    about: 'eight fast requests, one that blocks for 20 ms, eight fast ones, in one packet',
    act: 'routes',
    asks: [...times(8, () => fast), slow, ...times(8, () => fast)],
    before: 8,
  },
  ...[30, 60, 90].map(steady),
  {
    kind: 'start',
    name: 'start',
    groups: ['rest', 'lineage'],
    about: 'from the command to the first answer, and then at rest',
    act: 'hello',
    asks: [plain],
  },
]

export const groups: readonly string[] = [...new Set(scenarios.flatMap((scenario) => scenario.groups))]

/** @throws when there is none of this name: a programming error */
export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name)
  if (found === undefined) throw new Error(`there is no scenario ${name}`)
  return found
}
