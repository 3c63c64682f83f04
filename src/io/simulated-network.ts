import { CalandriaError } from '../errors/calandria-error.js'
import type { Reactor } from '../reactor/reactor.js'
import type { SeededRandom } from '../reactor/seeded-random.js'
import { IoCounters } from './io-counters.js'
import type { NetworkLog } from './network-log.js'
import { type LinkOptions, SimulatedLink } from './simulated-link.js'
import { SimulatedTransport, type TransportOwner } from './simulated-transport.js'

export interface NetworkOptions {
  /** Where all chance comes from. */
  readonly random: SeededRandom
  /** Is told of everything that happens. Default `null`: nobody is. */
  readonly log?: NetworkLog | null
  /** How links are that are not told otherwise. */
  readonly link?: LinkOptions
}

/**
 * A network in memory behind the `Transport` contract: latency, bandwidth, segments, buffers of a kernel, short writes,
 * resets, half-closes, slow readers and partitions, on the reactor's clock and from one seed. With a virtual clock the
 * same seed gives the same run, to the byte.
 *
 * It stands for what TCP promises (bytes in order, whole, or a reset), so it loses no packets: a loss is a delay.
 */
export class SimulatedNetwork {
  readonly reactor: Reactor
  readonly random: SeededRandom
  readonly log: NetworkLog | null
  /** What connecting ends do together. */
  readonly counters = new IoCounters()
  readonly #linkOptions: LinkOptions
  readonly #links: SimulatedLink[] = []
  readonly #perfect: SimulatedLink
  readonly #places = new Map<string, Place>()
  #connections = 0
  readonly #openEnds = { count: 0 }

  /** @throws CalandriaTypeError `CAL_ERR_OPTION` */
  constructor(reactor: Reactor, { random, log = null, link = {} }: NetworkOptions) {
    this.reactor = reactor
    this.random = random
    this.log = log
    this.#linkOptions = link
    this.#perfect = this.link()
  }

  /** Ends of connections that are not closed; two for each connection that lives. */
  get openEnds(): number {
    return this.#openEnds.count
  }

  /** Packets that are on their way, also to ends that are closed. */
  get packetsUnderWay(): number {
    return this.#links.reduce((sum, link) => sum + link.underWay, 0)
  }

  /** Heals every link that is cut. */
  heal(): void {
    for (const link of this.#links) link.heal()
  }

  /** Makes a link, which may be cut and healed on its own. What is left out is as the network's links are. */
  link(options: LinkOptions = {}): SimulatedLink {
    const link = new SimulatedLink(this.reactor, this.random, this.log, this.#linkOptions, options)
    this.#links.push(link)
    return link
  }

  /**
   * Takes connections at `address`, which is any name.
   * @param ended is told when an end that was accepted is gone, also after the listener was closed
   * @throws CalandriaError `CAL_ERR_ADDRESS_IN_USE`
   */
  listen(
    address: string,
    accept: (transport: SimulatedTransport) => void,
    ended: ((transport: SimulatedTransport) => void) | null = null,
  ): SimulatedListener {
    const place = this.#placeAt(address)
    if (place.listener !== null) throw new CalandriaError('CAL_ERR_ADDRESS_IN_USE', address)
    return (place.listener = new SimulatedListener(place, accept, ended))
  }

  /**
   * Connects to whoever listens at `address` when the first packet arrives there; if nobody does, the connection
   * closes with `ECONNREFUSED`. What is written meanwhile follows.
   */
  connect(address: string, link: SimulatedLink = this.#perfect): SimulatedTransport {
    const place = this.#placeAt(address)
    const [client] = this.#pair(link, place, this.counters)
    client.connect()
    return client
  }

  /** A connection that is there at once: the client's end and the server's. */
  pair(
    link: SimulatedLink = this.#perfect,
    counters: IoCounters = new IoCounters(),
  ): [SimulatedTransport, SimulatedTransport] {
    return this.#pair(link, new Place(this.#openEnds), counters)
  }

  #placeAt(address: string): Place {
    let place = this.#places.get(address)
    if (place === undefined) this.#places.set(address, (place = new Place(this.#openEnds)))
    return place
  }

  #pair(
    link: SimulatedLink,
    place: Place,
    clientCounters: IoCounters,
  ): [SimulatedTransport, SimulatedTransport] {
    const id = ++this.#connections
    this.#openEnds.count += 2
    const client = new SimulatedTransport(link, place, id, clientCounters, null)
    return [client, new SimulatedTransport(link, place, id, place.counters, client)]
  }
}

/** An address, and who listens there. One for all its connections, until they are accepted. */
class Place implements TransportOwner {
  /** Of ends that nobody has accepted. */
  readonly counters = new IoCounters()
  listener: SimulatedListener | null = null
  readonly #openEnds: { count: number }

  constructor(openEnds: { count: number }) {
    this.#openEnds = openEnds
  }

  ended(): void {
    this.#openEnds.count--
  }

  reached(serverEnd: SimulatedTransport): void {
    if (this.listener === null) serverEnd.refuse()
    else this.listener.reached(serverEnd)
  }
}

/** Takes connections at an address of a simulated network, until it is closed. */
export class SimulatedListener implements TransportOwner {
  /** What the ends that it has accepted have done together. */
  readonly counters = new IoCounters()
  readonly #place: Place
  readonly #accept: (transport: SimulatedTransport) => void
  readonly #ended: ((transport: SimulatedTransport) => void) | null

  /** @internal Use `SimulatedNetwork.listen`. */
  constructor(
    place: Place,
    accept: (transport: SimulatedTransport) => void,
    ended: ((transport: SimulatedTransport) => void) | null,
  ) {
    this.#place = place
    this.#accept = accept
    this.#ended = ended
  }

  /** Later connections are refused, unless another one listens then. Those that are there live on. */
  close(): void {
    if (this.#place.listener === this) this.#place.listener = null
  }

  /** @internal */
  reached(serverEnd: SimulatedTransport): void {
    serverEnd.acceptedBy(this, this.counters)
    this.#accept(serverEnd)
  }

  /** @internal */
  ended(transport: SimulatedTransport): void {
    this.#place.ended()
    this.#ended?.(transport)
  }
}
