import type { Handler, Request, Response } from 'calandria'
import type { World } from 'calandria/testing'
import type { Ledger } from './ledger.js'
import { pattern } from './pattern.js'
import type { Kind } from './request-plan.js'

/** What a handler throws on purpose. */
export class Mishap extends Error {}

/** One request, taken apart. */
interface Call {
  readonly world: World
  readonly ledger: Ledger
  readonly request: Request
  readonly response: Response
  readonly content: Buffer
  readonly ms: number
}

/** Answers what the plan of a request says, and keeps the ledgers. */
export function makeHandler(world: World, ledgers: readonly Ledger[]): Handler {
  return (request, response) => {
    const number = (name: string): number => Number(request.query.get(name))
    const [client, index] = [number('c'), number('i')]
    const ledger = ledgers[client] as Ledger
    ledger.handlerCalled(index, request, response)
    response.header('X-Id', `${client}-${index}`)
    const content = pattern(client, index, number('n'))
    const call: Call = { world, ledger, request, response, content, ms: number('ms') }
    let result: unknown
    try {
      result = ANSWERS[request.query.get('kind') as Kind](call)
    } catch (error) {
      ledger.handlerDone(index)
      throw error
    }
    if (result === undefined) {
      ledger.handlerDone(index)
      return undefined
    }
    return (result as Promise<void>).finally(() => ledger.handlerDone(index))
  }
}

const ANSWERS: Readonly<Record<Kind, (call: Call) => Promise<void> | undefined>> = {
  text: (call) => send(call, call.content.toString('latin1')),
  bytes: (call) => send(call, call.content),
  head: (call) => send(call, call.content),
  none: ({ response }) => {
    response.status(204).send()
    return undefined
  },
  close: (call) => {
    call.response.header('Connection', 'close')
    send(call, call.content)
    return undefined
  },
  spend: (call) => {
    call.ledger.spentMs += call.ms
    call.world.spend(call.ms)
    send(call, call.content)
    return undefined
  },
  throw: () => {
    throw new Mishap('on purpose')
  },
  turn: async (call) => {
    await Promise.resolve()
    send(call, call.content)
  },
  later: async (call) => {
    await sleep(call)
    send(call, call.content)
  },
  yield: async (call) => {
    await call.world.reactor.yield()
    send(call, call.content)
  },
  reject: async (call) => {
    await sleep(call)
    throw new Mishap('on purpose, and later')
  },
  scope: async (call) => {
    const { scope } = call.request
    const half = Math.floor(call.content.length / 2)
    const first = scope.spawn(() => sleep(call).then(() => call.content.subarray(0, half)))
    const second = scope.spawn(() => Promise.resolve(call.content.subarray(half)))
    send(call, Buffer.concat([await first, await second]))
  },
  hints: async (call) => {
    call.response.informational(103, { Link: '</style.css>; rel=preload' })
    await sleep(call)
    send(call, call.content)
  },
  stream: (call) => stream(call),
  length: (call) => {
    call.response.header('Content-Length', call.content.length)
    return stream(call)
  },
  source: async (call) => {
    await call.response.stream(pieces(call))
  },
  break: async (call) => {
    call.ledger.hasBroken = true
    call.response.header('Content-Length', call.content.length + 1)
    call.response.write(call.content.subarray(0, call.content.length / 2))
    await sleep(call)
    throw new Mishap('in the middle')
  },
  echo: async (call) => {
    send(call, await call.request.body.bytes())
  },
  pipe: async (call) => {
    for await (const piece of call.request.body) await write(call, piece)
    call.response.end()
  },
  ignore: (call) => send(call, 'ignore'),
  'slow-body': async (call) => {
    await sleep(call)
    const body = await call.request.body.bytes()
    if (!body.equals(call.content))
      call.world.fail(new Error(`the body of ${call.request.target} is not what was sent`))
    send(call, 'slow-body')
  },
  sip: async (call) => {
    const { world, ledger, request, content } = call
    let taken = 0
    ledger.sipped(request, taken)
    for await (const piece of request.body) {
      const wanted = content.subarray(taken, taken + piece.length)
      if (!piece.equals(wanted)) world.fail(new Error(`the body of ${request.target} is not what was sent`))
      taken += piece.length
      ledger.sipped(request, taken)
      await world.sleep(Math.min(call.ms, 7), { signal: request.signal })
    }
    send(call, 'sip')
  },
}

function sleep({ world, request, ms }: Call): Promise<void> {
  return world.sleep(ms, { signal: request.signal })
}

function send({ ledger, request, response }: Call, body: string | Buffer): undefined {
  ledger.produced += request.method === 'HEAD' ? 0 : body.length
  response.send(body)
  return undefined
}

async function write({ ledger, response }: Call, piece: Buffer): Promise<void> {
  ledger.produced += piece.length
  if (!response.write(piece)) await response.drained()
}

async function stream(call: Call): Promise<void> {
  for (const piece of pieces(call)) {
    await write(call, piece)
    if (call.ms > 0) await call.world.sleep(Math.min(call.ms, 20), { signal: call.request.signal })
  }
  call.response.end()
}

function* pieces({ content }: Call): Generator<Buffer> {
  const step = Math.max(1, Math.floor(content.length / 7))
  for (let from = 0; from < content.length; from += step) yield content.subarray(from, from + step)
}
