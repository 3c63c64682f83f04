import { describe, expect, test } from 'vitest'
import { ERRORS, type Handler } from '../../src/index.js'
import { BAD_REQUESTS } from './bad-requests.js'
import { RawClient } from './raw-client.js'
import { get, gets, post, request } from './requests.js'
import { SeededRandom } from './seeded-random.js'
import { READ_PATHS, startFrozenServer, until } from './started-server.js'

const ROUNDS = 2_000
const AT_A_TIME = 20

const SAMPLES = [
  get('/path?query=1', 'Cookie: a=b', 'Accept: */*'),
  post('/upload', 'the body\r\n', 'Expect: 100-continue'),
  request('POST', '/', ['Transfer-Encoding: chunked'], '') +
    '3\r\nabc\r\na;b="c"\r\n0123456789\r\n0\r\nX-Trailer: d\r\n\r\n' +
    get('/behind'),
  gets(5),
  get('/first') + post('/second', 'x'.repeat(100)) + get('/third', 'Connection: close') + get('/never'),
  'GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'OPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  ...BAD_REQUESTS.map(([, bytes]) => bytes),
].map((sample) => Buffer.from(sample, 'latin1'))

const SPECIAL = Buffer.from('\r\n\0 \t:?/*#\x7f\xff019,;"', 'latin1')

/** One to four changes: a byte, a piece that is lost, doubled, or comes from another sample. */
function mutate(random: SeededRandom): Buffer {
  let bytes = Buffer.from(random.pick(SAMPLES))
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(bytes.length + 1)
    const to = at + random.below(20)
    const [head, piece, tail] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)]
    const other = random.pick(SAMPLES)
    bytes = random.pick<() => Buffer<ArrayBuffer>>([
      () => Buffer.concat([head, Buffer.of(SPECIAL[random.below(SPECIAL.length)]!), bytes.subarray(at + 1)]),
      () => Buffer.concat([head, Buffer.of(SPECIAL[random.below(SPECIAL.length)]!), bytes.subarray(at)]),
      () => Buffer.concat([head, random.bytes(1), bytes.subarray(at + 1)]),
      () => Buffer.concat([head, tail]),
      () => Buffer.concat([head, piece, piece, tail]),
      () => Buffer.concat([head, other.subarray(random.below(other.length))]),
    ])()
  }
  return bytes
}

const statuses = new Set([200, ...Object.values(ERRORS).map(({ status }) => status)])
const echo: Handler = async (request, response) =>
  response.send(`${request.method} ${request.target} ${await request.body.text()}`)

/** Sends the bytes, in two packets, and reads whatever comes. @returns the statuses; throws for anything that is no reply */
async function exchange(port: number, bytes: Buffer, cut: number): Promise<number[]> {
  const client = await RawClient.connect(port)
  client.send(bytes.subarray(0, cut)).send(bytes.subarray(cut)).end()
  const all = await client.rest()
  expect(await client.closed).toBeNull()
  return statusesIn(all.toString('latin1'))
}

/** A strict reading of one reply after the other. HEAD never occurs whole in a sample, so lengths can be trusted. */
function statusesIn(text: string): number[] {
  const found: number[] = []
  for (let at = 0; at < text.length;) {
    const head =
      /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n(?:[^\r\n:]+: [^\r\n]*\r\n)*?(?:Content-Length: (\d+)\r\n)?\r\n/.exec(
        text.slice(at),
      )
    if (head === null) throw new Error(`not a reply: ${JSON.stringify(text.slice(at))}`)
    found.push(Number(head[1]))
    at += head[0].length + Number(head[2] ?? 0)
    if (at > text.length) throw new Error(`a reply is cut short: ${JSON.stringify(text)}`)
  }
  return found
}

describe.each(READ_PATHS)('read path %s', (readPath) => {
  test.each([
    ['random garbage', (random: SeededRandom) => random.bytes(1 + random.below(200))],
    ['mutated requests', mutate],
  ])(
    `${ROUNDS} times %s: every one gets whole replies and an end, none a crash or a hang`,
    async (what, make) => {
      const random = new SeededRandom(what)
      const failures: unknown[] = []
      const { server } = await startFrozenServer({
        readPath,
        handler: echo,
        onError: (error) => failures.push(error),
      })
      const seen = new Map<number, number>()

      for (let round = 0; round < ROUNDS; round += AT_A_TIME) {
        const inputs = Array.from({ length: AT_A_TIME }, () => make(random))
        const exchanges = inputs.map(async (bytes) => {
          const found = await exchange(server.address.port, bytes, random.below(bytes.length + 1)).catch(
            (error: unknown) => {
              throw new Error(`for ${JSON.stringify(bytes.toString('latin1'))}`, { cause: error })
            },
          )
          for (const status of found) seen.set(status, (seen.get(status) ?? 0) + 1)
        })
        await Promise.all(exchanges)
      }

      for (const status of seen.keys()) expect(statuses.has(status) || status === 100).toBe(true)
      expect(seen.get(400)).toBeGreaterThan(ROUNDS / 10)
      expect(failures).toEqual([])
      await until(() => server.statistics().connections.open === 0)
      expect(server.statistics()).toMatchObject({ handlerErrors: 0, connections: { accepted: ROUNDS } })
      expect((await (await RawClient.connect(server)).send(get('/')).reply()).status).toBe(200)
    },
  )
})
