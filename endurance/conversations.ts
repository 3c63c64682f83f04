import { ANY, type Exchange, malformed, randomExchange } from './exchanges.js'
import type { Random } from './random.js'
import { readBytes, readEnd, readHead, readReply } from './replies.js'
import { type Where, Wire } from './wire.js'

/** What a client does on one connection. @returns how many replies it has got, each of them right */
export type Conversation = (wire: Wire, random: Random) => Promise<number>

const burst = (random: Random, most: number): Exchange[] =>
  Array.from({ length: 1 + random.below(most) }, () => randomExchange(random))

const bytesOf = (exchanges: readonly Exchange[]): Buffer => Buffer.concat(exchanges.map(({ bytes }) => bytes))

async function readAll(wire: Wire, exchanges: readonly Exchange[]): Promise<number> {
  for (const exchange of exchanges) await readReply(wire, exchange)
  return exchanges.length
}

/** Sends and reads side by side: a client that does one after the other may wait for itself. */
async function exchangeAll(wire: Wire, random: Random, exchanges: readonly Exchange[]): Promise<number> {
  const [count] = await Promise.all([readAll(wire, exchanges), wire.send(bytesOf(exchanges), random)])
  return count
}

/** Several bursts, one after the other, then the client's end. */
const pipelined: Conversation = async (wire, random) => {
  let count = 0
  for (let rounds = 1 + random.below(4); rounds > 0; rounds--)
    count += await exchangeAll(wire, random, burst(random, 24))
  wire.socket.end()
  await readEnd(wire)
  return count
}

const oneByOne: Conversation = async (wire, random) => {
  let count = 0
  for (let rounds = 5 + random.below(20); rounds > 0; rounds--)
    count += await exchangeAll(wire, random, [randomExchange(random)])
  wire.socket.end()
  await readEnd(wire)
  return count
}

/** Ends its side at once; everything that it has asked for is due all the same. */
const halfClosed: Conversation = async (wire, random) => {
  const exchanges = burst(random, 24)
  const sending = wire.send(bytesOf(exchanges), random).then(() => wire.socket.end())
  const count = await readAll(wire, exchanges)
  await sending
  await readEnd(wire)
  return count
}

/** Announces that it closes, and sends more behind that, which nobody may answer. */
const closing: Conversation = async (wire, random) => {
  const exchanges = [...burst(random, 10), randomExchange(random, 'Connection: close\r\n')]
  const ignored = burst(random, 5)
  const [count] = await Promise.all([
    readAll(wire, exchanges),
    wire.send(bytesOf([...exchanges, ...ignored]), random),
  ])
  await readEnd(wire)
  wire.socket.end()
  return count
}

/** What is no request ends a burst; every reply before its refusal is due. */
const broken: Conversation = async (wire, random) => {
  const exchanges = [...burst(random, 10), malformed(random)]
  const count = await exchangeAll(wire, random, exchanges)
  await readEnd(wire)
  wire.socket.end()
  return count
}

/** Reads slowly, much. */
const slowReader: Conversation = async (wire, random) => {
  wire.isSlow = true
  return halfClosed(wire, random)
}

/** Goes away in the middle of a request. */
const abortedRequest: Conversation = async (wire, random) => {
  const exchanges = burst(random, 5)
  const all = bytesOf(exchanges)
  await wire.send(all.subarray(0, random.below(all.length)), random)
  wire.abandon(random)
  return 0
}

/** Goes away in the middle of what it gets. */
const abortedReply: Conversation = async (wire, random) => {
  await wire.send(bytesOf(burst(random, 10)), random)
  const enough = 1 + random.below(100_000)
  while (wire.length < enough && (await readOrTimeOut(wire)));
  wire.abandon(random)
  return 0
}

/** Stops in the middle of a head: it is told so, and then the end. */
const stalled: Conversation = async (wire, random) => {
  const exchanges = burst(random, 3)
  await wire.send(Buffer.concat([bytesOf(exchanges), Buffer.from('GET / HTTP/1.1\r\nHos')]), random)
  const count = await readAll(wire, [...exchanges, { bytes: ANY, isHead: false, status: 408, body: ANY }])
  await readEnd(wire)
  wire.socket.end()
  return count
}

/** Leaves HTTP, and is mirrored. */
const upgraded: Conversation = async (wire, random) => {
  const exchanges = burst(random, 5)
  const ask = Buffer.from('GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n')
  const told = Buffer.alloc(random.below(100_000), 'no HTTP\r\n\r\n')
  const sending = wire.send(Buffer.concat([bytesOf(exchanges), ask, told]), random)
  const count = await readAll(wire, exchanges)
  const { status } = await readHead(wire)
  const mirrored = await readBytes(wire, told.length)
  if (status !== 101 || !mirrored.equals(told)) throw new Error(`the upgrade failed with ${status}`)
  await sending
  wire.socket.end()
  await readEnd(wire)
  return count + 1
}

/** The end of the replies that have come so far is no error to who doesn't want them all. */
async function readOrTimeOut(wire: Wire): Promise<boolean> {
  const nothingMore = new Promise<false>((resolve) => setTimeout(() => resolve(false), 100))
  return Promise.race([wire.read(), nothingMore])
}

/** By name, and how often each is held among 100. */
export const CONVERSATIONS: Readonly<Record<string, readonly [Conversation, number]>> = {
  pipelined: [pipelined, 24],
  'one by one': [oneByOne, 15],
  'half-closed': [halfClosed, 12],
  closing: [closing, 10],
  broken: [broken, 8],
  'slow reader': [slowReader, 4],
  'aborted request': [abortedRequest, 10],
  'aborted reply': [abortedReply, 10],
  stalled: [stalled, 2],
  upgraded: [upgraded, 5],
}

/** A conversation that takes longer waits for a reply that has been lost. */
const MOST_MS = 30_000

/** Holds one conversation on a connection of its own. */
export async function converse(where: Where, conversation: Conversation, random: Random): Promise<number> {
  const wire = await Wire.connect(where)
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it hangs: ${wire.describe()}`)), MOST_MS)
  })
  try {
    return await Promise.race([conversation(wire, random), tooLong])
  } finally {
    clearTimeout(timer)
    wire.socket.destroy()
  }
}
