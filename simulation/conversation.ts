import type { Reply, SimulatedClient, SimulatedLink, World } from 'calandria/testing'
import { type Exchange, makeExchange } from './exchange.js'
import type { Ledger } from './ledger.js'
import type { Burst, ClientPlan } from './plan.js'

/** What one client does: it sends its bursts, and ends as planned. What came of it is judged afterwards. */
export class Conversation {
  readonly exchanges: Exchange[] = []
  readonly client: SimulatedClient
  /** The last thing that it has sent is refused: so many requests that no handler sees whole. */
  spoilt: 'garbage' | 'cut-head' | 'cut-body' | 'fall-silent' | null = null
  /** It has gone away itself, before all was answered. */
  hasLeft = false
  error: Error | null = null
  lastReplyAt = 0
  /** From sending a burst to the last reply to it. */
  answeredInMs = 0
  readonly plan: ClientPlan
  readonly #world: World
  readonly #ledger: Ledger
  readonly #number: number
  #bytesSent = 0

  constructor(world: World, number: number, plan: ClientPlan, ledger: Ledger, link: SimulatedLink) {
    this.#world = world
    this.#number = number
    this.plan = plan
    this.#ledger = ledger
    this.client = world.connect({ link })
    ledger.serverEnd = this.client.transport.peer
    if (plan.reader === 'dead') this.client.pause()
    if (plan.reader === 'slow') this.client.readSlowly({ bytes: 4000, everyMs: 20 })
  }

  get replies(): readonly Reply[] {
    return this.client.replies
  }

  /** Resolves when the connection is gone. */
  async play(): Promise<void> {
    const { client, plan } = this
    void client.closed.then((error) => (this.error = error))
    const leaving = new AbortController()
    if (plan.ending === 'abort' || plan.ending === 'leave') this.#leaveAt(plan.endsAtMs, leaving.signal)
    try {
      for (const burst of plan.bursts) await this.#send(burst)
      await this.#end()
    } catch (error) {
      if (!this.#isOver()) throw error // else what was to be sent has no use any more
    }
    if (client.isEnded) client.end()
    if (plan.reader === 'dead') client.close()
    await client.closed
    leaving.abort()
  }

  /** Nothing more may be sent: one side or the other has ended. */
  #isOver(): boolean {
    const { client } = this
    return client.isClosed || client.isEnded || client.transport.isClosed
  }

  #leaveAt(ms: number, signal: AbortSignal): void {
    const leave = (): void => {
      this.hasLeft = true
      if (this.plan.ending === 'abort') this.client.abort()
      else this.client.close()
    }
    this.#world.sleep(ms, { signal }).then(leave, ignore)
  }

  async #send(burst: Burst): Promise<void> {
    await this.#world.sleep(burst.pauseMs)
    if (this.#isOver()) return
    const exchanges = burst.requests.map((request) => this.#begin(request))
    const last = exchanges.at(-1) as Exchange
    const startedAt = this.#world.now
    const waitsForContinue = last.plan.expects
    const bytes = Buffer.concat(
      exchanges.flatMap(({ head, body, plan }) => (plan.expects ? [head] : [head, body])),
    )
    const lengthOfLast = waitsForContinue ? 0 : last.head.length + last.body.length
    const cuts = burst.cuts.map((cut) => Math.floor(cut * bytes.length))
    const holdAt = burst.holdsPartial && lengthOfLast > 0 ? bytes.length - Math.ceil(lengthOfLast / 2) : -1
    if (holdAt > 0) cuts.push(holdAt)
    const replies = exchanges.map(({ method }) => this.client.reply(method))
    for (const reply of replies) void reply.then(() => (this.lastReplyAt = this.#world.now), ignore)
    if (waitsForContinue) this.#continueWith(last)
    let from = 0
    for (const to of [...cuts, bytes.length].sort((a, b) => a - b)) {
      if (this.#isOver()) return
      if (to > from) this.client.send(bytes.subarray(from, to))
      from = Math.max(from, to)
      if (to === holdAt) await this.#answered(replies.slice(0, -1))
      else if (to < bytes.length) await this.#world.sleep(burst.gapMs)
    }
    if (burst.waits || waitsForContinue) await this.#answered(replies)
    this.answeredInMs = this.#world.now - startedAt
  }

  #begin(request: Burst['requests'][number]): Exchange {
    const exchange = makeExchange(request, this.#number, this.exchanges.length)
    if (request.asksClose) this.#ledger.lastIndex = Math.min(this.#ledger.lastIndex, exchange.index)
    this.#bytesSent += exchange.head.length + exchange.body.length
    this.#ledger.ends.push(this.#bytesSent)
    this.#ledger.sips.push(request.kind === 'sip' ? request.size : 0)
    this.exchanges.push(exchange)
    return exchange
  }

  /** It sends its body when it is told to, and keeps it when it is answered without. */
  #continueWith({ index, body }: Exchange): void {
    const { client } = this
    client.onContinue = () => {
      if (client.replies.length === index && !client.transport.isClosed) client.send(body)
    }
  }

  async #end(): Promise<void> {
    const { client, plan } = this
    if (this.#isOver()) return
    switch (plan.ending) {
      case 'close':
        await this.#allReplies()
        client.close()
        return
      case 'half-close':
        client.end()
        return
      case 'abort':
      case 'leave':
        return
      case 'wait':
        if (plan.reader === 'dead') await this.#answered([])
        else await this.#serverEnds()
        client.close()
        return
      case 'garbage':
        this.spoilt = plan.ending
        void client.reply()
        client.send('GET / HTTP/1.1\r\nBroken line\r\n\r\n')
        await this.#serverEnds()
        client.end()
        return
      case 'cut-head':
        this.spoilt = plan.ending
        client.send('GET / HT')
        client.end()
        return
      case 'cut-body':
        this.spoilt = plan.ending
        this.#cutBody()
        client.end()
        return
      case 'fall-silent':
        this.spoilt = plan.ending
        void client.reply()
        client.send('GET / HT')
        await this.#serverEnds()
        client.end()
        return
    }
  }

  async #serverEnds(): Promise<void> {
    await Promise.race([this.client.ended, this.client.closed])
  }

  #cutBody(): void {
    const exchange = this.#begin({
      kind: 'echo',
      size: 100,
      ms: 0,
      chunks: null,
      expects: false,
      asksClose: false,
      isOld: false,
    })
    void this.client.reply(exchange.method)
    this.client.send(exchange.head, exchange.body.subarray(0, 50))
  }

  /** Who doesn't read waits for the server's patience to end. */
  async #answered(replies: readonly Promise<unknown>[]): Promise<void> {
    if (this.plan.reader !== 'dead') await Promise.all(replies)
    else await this.#world.until(() => this.client.transport.peer.isClosed)
  }

  async #allReplies(): Promise<void> {
    await this.#world.until(() => this.client.awaited === 0 || this.#isOver())
  }
}

/** Of a reply that doesn't come others hear. */
function ignore(): void {
  // nothing
}
