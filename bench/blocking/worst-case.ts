/** What a client does on one connection, or what the server is told to do. */
export interface WorstCase {
  readonly about: string
  /** Connections of the load; 0: the server needs nobody. */
  readonly connections: number
  /** What each connection sends at once, when the clock runs; right before that where the server acts. */
  readonly send: 'nothing' | 'leave' | 'again' | 'pipelined' | 'upload' | 'download'
  /** What it sends before that, and whether it waits for an answer. */
  readonly before: 'no connection' | 'nothing' | 'answered' | 'unanswered'
  /** What the server does by itself. */
  readonly act: 'nothing' | 'timers' | 'tasks' | 'drain' | 'abort' | 'expire'
  /** How often the measured part is done; once before, to warm up, when it can be repeated. */
  readonly times: number
}

const nothing = { connections: 0, send: 'nothing', before: 'nothing', act: 'nothing', times: 1 } as const

export const PACKET_REQUESTS = 1680
export const UPLOAD_BYTES = 100_000_000
export const DOWNLOAD_BYTES = 2 ** 30
export const TIMERS = 10_000
export const TASKS = 100_000
/** How long connections may be idle where that is the case, in milliseconds: longer than it takes to open all of them. */
export const IDLE_MS = 4000

/** What the machine does to rounds of this length: see `control.ts`. */
export const CONTROL_MS = 0.4
export const CONTROL_ROUNDS = 3000

export const worstCases = {
  pipelined: {
    ...nothing,
    about: '64 KB with 1,680 requests in one packet, 4 connections',
    connections: 4,
    send: 'pipelined',
    before: 'answered',
    times: 100,
  },
  timers: { ...nothing, about: '10,000 timers due in one tick', act: 'timers', times: 60 },
  tasks: { ...nothing, about: '100,000 tasks posted at once', act: 'tasks', times: 30 },
  drain: {
    ...nothing,
    about: 'the server closes 10,000 idle connections',
    connections: 10_000,
    before: 'answered',
    act: 'drain',
  },
  abort: {
    ...nothing,
    about: 'the server aborts 10,000 connections that wait for an answer',
    connections: 10_000,
    before: 'unanswered',
    act: 'abort',
  },
  expire: {
    ...nothing,
    about: '10,000 connections are idle for too long, all at once',
    connections: 10_000,
    send: 'again',
    before: 'answered',
    act: 'expire',
  },
  leave: {
    ...nothing,
    about: '10,000 idle clients leave at once',
    connections: 10_000,
    send: 'leave',
    before: 'answered',
  },
  upload: {
    ...nothing,
    about: '100 MB uploaded in chunks of 16 KB',
    connections: 1,
    send: 'upload',
    before: 'answered',
    times: 6,
  },
  download: {
    ...nothing,
    about: '1 GB downloaded',
    connections: 1,
    send: 'download',
    before: 'answered',
    times: 3,
  },
  accept: {
    ...nothing,
    about: '5,000 connections accepted at once',
    connections: 5000,
    before: 'no connection',
  },
} as const satisfies Readonly<Record<string, WorstCase>>

export type CaseName = keyof typeof worstCases
export const caseNames = Object.keys(worstCases) as readonly CaseName[]

export const subjectNames = ['calandria', 'node-http'] as const
export type SubjectName = (typeof subjectNames)[number]
