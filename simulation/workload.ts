import type { ParserEngine, Timeouts } from 'calandria'
import {
  simulate,
  type SimulatedLink,
  type SimulatedServer,
  type SimulateOptions,
  type World,
} from 'calandria/testing'
import { Conversation } from './conversation.js'
import { makeHandler, Mishap } from './handler.js'
import { type Circumstances, judge } from './judge.js'
import { judgeStatistics } from './judge-statistics.js'
import { Ledger } from './ledger.js'
import { makePlan, type Plan } from './plan.js'

/** What one seed came to. */
export interface Outcome {
  readonly requests: number
  readonly replies: number
  readonly virtualMs: number
}

/**
 * Runs the random workload of one seed.
 * @param parser default: the scanner
 * @throws CalandriaError when an invariant does not hold; its message has the seed and the trace
 */
export function runSeed(
  seed: number,
  options: Omit<SimulateOptions, 'seed'> = {},
  parser?: ParserEngine,
): Promise<Outcome> {
  const bounds = { maxMs: 30 * 60_000, maxTurns: 2_000_000, traceEvents: 3000 }
  return simulate({ seed, ...bounds, ...options }, (world) => play(world, parser))
}

async function play(world: World, parser: ParserEngine | undefined): Promise<Outcome> {
  const plan = makePlan(world.random.fork())
  const ledgers = plan.clients.map((client, number) => new Ledger(world, number, client, plan.server))
  const server = serve(world, plan, ledgers, parser)
  const course = new Course(world, server, plan, ledgers)
  world.reactor.instrument({ turnEnded: () => ledgers.forEach((ledger) => ledger.check()) })
  const links = plan.clients.map(({ link }) => world.link(link))
  const fates = [...plan.partitions.map((partition) => cut(world, links, partition)), course.close()]

  const verdicts = plan.clients.map(async (client, number) => {
    const ledger = ledgers[number] as Ledger
    await world.sleep(client.startMs)
    const conversation = new Conversation(world, number, client, ledger, links[number] as SimulatedLink)
    await conversation.play()
    const circumstances = course.circumstancesOf(number)
    return { conversation, judge: () => judge(conversation, ledger, circumstances()) }
  })
  const ended = await Promise.all(verdicts)
  await Promise.all(fates)
  await server.close()

  const conversations = ended.map(({ conversation }) => conversation)
  const faults = ended.flatMap(({ judge }, number) => judge().map((fault) => `client ${number}: ${fault}`))
  faults.push(...judgeStatistics(server.statistics(), conversations, plan.server))
  if (faults.length > 0) throw new Error(faults.join('\n'))
  const replies = conversations.reduce((sum, conversation) => sum + conversation.replies.length, 0)
  return { requests: server.statistics().requests, replies, virtualMs: world.now }
}

/** So long that they strike only who provokes them. */
const PATIENT: Partial<Timeouts> = { headMs: 60_000, bodyMs: 60_000, bodyBytesPerSecond: 1 }
const IMPATIENT: Partial<Timeouts> = {
  firstByteMs: 50,
  headMs: 20,
  bodyMs: 30,
  requestMs: 100,
  discardMs: 20,
  idleMs: 40,
  writeMs: 100,
}

function serve(
  world: World,
  plan: Plan,
  ledgers: readonly Ledger[],
  parser: ParserEngine | undefined,
): SimulatedServer {
  const { flush, inFlight, requestsPerConnection, discardBytes, isImpatient } = plan.server
  return world.serve({
    handler: makeHandler(world, ledgers),
    flush,
    limits: { inFlight, requestsPerConnection, discardBytes },
    timeouts: isImpatient ? IMPATIENT : PATIENT,
    lingerMs: isImpatient ? 60 : 5000,
    ...(parser === undefined ? {} : { parser }),
    onError: (error) => {
      if (!(error instanceof Mishap)) world.fail(error)
    },
  })
}

async function cut(
  world: World,
  links: readonly SimulatedLink[],
  { client, atMs, forMs }: Plan['partitions'][number],
): Promise<void> {
  await world.sleep(atMs)
  links[client]?.cut()
  await world.sleep(forMs)
  links[client]?.heal()
}

/** What happens to all clients together. */
class Course {
  readonly #world: World
  readonly #server: SimulatedServer
  readonly #plan: Plan
  readonly #ledgers: readonly Ledger[]
  #closedAt = Infinity
  #drainsUntil = Infinity

  constructor(world: World, server: SimulatedServer, plan: Plan, ledgers: readonly Ledger[]) {
    this.#world = world
    this.#server = server
    this.#plan = plan
    this.#ledgers = ledgers
  }

  async close(): Promise<void> {
    const { closing } = this.#plan
    if (closing === null) return
    await this.#world.sleep(closing.atMs)
    this.#world.note(`the server is closed, within ${closing.drainMs} ms`)
    this.#closedAt = this.#world.now
    this.#drainsUntil = this.#world.now + closing.drainMs
    await this.#server.close({ drainMs: closing.drainMs })
  }

  /** As of now: what comes later explains nothing. Time-outs and slices are counted to the end. */
  circumstancesOf(client: number): () => Circumstances {
    const isClosing = this.#drainsUntil !== Infinity
    const drainFailed = this.#world.now >= this.#drainsUntil
    const endedAt = this.#world.now
    return () => {
      const { timeouts, slicesUsedUp } = this.#server.statistics()
      return {
        plan: this.#plan,
        isClosing,
        closedAt: this.#closedAt,
        endedAt,
        drainFailed,
        wasCut: this.#plan.partitions.some((partition) => partition.client === client),
        timeoutsStruck: timeouts > 0,
        slicesUsedUp: slicesUsedUp > 0,
        spentMs: this.#ledgers.reduce((sum, ledger) => sum + ledger.spentMs, 0),
      }
    }
  }
}
