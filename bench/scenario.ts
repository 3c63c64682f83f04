/** What is asked of every subject. Requests are made of ASCII only: one character is one byte. */
export interface Scenario {
  readonly name: ScenarioName
  readonly about: string
  readonly connections: number
  /** How many requests a connection sends in one go; it waits for all their answers before it sends more. */
  readonly depth: number
  /** The index-th request of a batch, head only. All are of one length: the floor counts requests by it. */
  readonly request: (port: number, index: number) => string
}

/** What a connection sends in one go. */
export function batchOf({ depth, request }: Scenario, port: number): string {
  return Array.from({ length: depth }, (_, index) => request(port, index)).join('')
}

export const scenarioNames = ['pipelined', 'single', 'browser', 'varied', 'idle'] as const
export type ScenarioName = (typeof scenarioNames)[number]

/** Byte for byte what wrk sends without a script. */
const plainRequest = (port: number) => `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`

/** What Chrome sends when someone reloads a page of a site that has a session and two trackers: about 700 bytes. */
const browserRequest = (port: number) =>
  [
    'GET / HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Connection: keep-alive',
    'Cache-Control: max-age=0',
    'sec-ch-ua: "Chromium";v="138", "Google Chrome";v="138", "Not)A;Brand";v="8"',
    'sec-ch-ua-mobile: ?0',
    'sec-ch-ua-platform: "Linux"',
    'Upgrade-Insecure-Requests: 1',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
    'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
    'Sec-Fetch-Site: none',
    'Sec-Fetch-Mode: navigate',
    'Sec-Fetch-User: ?1',
    'Sec-Fetch-Dest: document',
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Accept-Language: en-US,en;q=0.9',
    'Cookie: session=5f2c9a7be1d04386; _ga=GA1.1.904; theme=dark',
    '\r\n',
  ].join('\r\n')

/** As if every request came from another browser: nothing that a server remembers of one head helps with the next. */
const variedRequest = (port: number, index: number) =>
  browserRequest(port).replace(
    'session=5f2c',
    `session=${(0x1000 + index * 0x9e37).toString(16).padStart(6, '0')}`,
  )

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  pipelined: {
    name: 'pipelined',
    about: '24 requests in one go, plain head',
    connections: 100,
    depth: 24,
    request: plainRequest,
  },
  single: {
    name: 'single',
    about: 'one request at a time, plain head',
    connections: 100,
    depth: 1,
    request: plainRequest,
  },
  browser: {
    name: 'browser',
    about: "24 requests in one go, a browser's head",
    connections: 100,
    depth: 24,
    request: browserRequest,
  },
  varied: {
    name: 'varied',
    about: "24 requests in one go, a browser's head, each with another cookie",
    connections: 100,
    depth: 24,
    request: variedRequest,
  },
  idle: {
    name: 'idle',
    about: 'connections that asked once and now rest',
    connections: 10_000,
    depth: 1,
    request: plainRequest,
  },
}
