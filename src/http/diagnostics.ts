import { type Channel, channel as channelNamed } from 'node:diagnostics_channel'
import type { Instrument } from '../reactor/instrument.js'
import type { Reactor } from '../reactor/reactor.js'
import { DIAGNOSTICS_HOOKS } from './diagnostics-hooks.js'
import type { DiagnosticsChannelName } from './diagnostics-messages.js'

/** The hooks of a channel, whichever it is. */
type Hooks = (reactor: Reactor, publish: (message: unknown) => void) => Instrument

/** While somebody has subscribed to this channel, reactors have an instrument that publishes there. */
class PublishedChannel {
  readonly #channel: Channel
  readonly #hooks: Hooks
  readonly #removers = new WeakMap<Reactor, () => void>()

  constructor(name: DiagnosticsChannelName, changed: (channel: PublishedChannel) => void) {
    this.#channel = channelNamed(name)
    this.#hooks = DIAGNOSTICS_HOOKS[name]
    this.#tellOf('subscribe', () => changed(this))
    this.#tellOf('unsubscribe', () => changed(this))
  }

  /** Installs the instrument or takes it out, as it is wanted now. */
  update(reactor: Reactor): void {
    const remove = this.#removers.get(reactor)
    if (this.#channel.hasSubscribers === (remove !== undefined)) return
    if (remove === undefined) {
      const publish = (message: unknown): void => this.#channel.publish(message)
      this.#removers.set(reactor, reactor.instrument(this.#hooks(reactor, publish)))
    } else {
      this.#removers.delete(reactor)
      remove()
    }
  }

  /**
   * Node tells nobody when a channel gets its first subscriber, and a look at it now and then would cost those who have
   * none. So this method of this one channel, which is ours by its name, calls `changed` besides what it does.
   */
  #tellOf(name: 'subscribe' | 'unsubscribe', changed: () => void): void {
    const channel = this.#channel
    // Another copy of Calandria in this process may have been here before.
    const own: unknown = Object.getOwnPropertyDescriptor(channel, name)?.value
    const value = (...values: unknown[]): unknown => {
      // The prototype is another one while there are subscribers.
      const method: unknown = own ?? Reflect.get(Object.getPrototypeOf(channel) as object, name)
      const result: unknown = Reflect.apply(method as (...values: unknown[]) => unknown, channel, values)
      changed()
      return result
    }
    Object.defineProperty(channel, name, { value, configurable: true, writable: true })
  }
}

/** Made with the first reactor. Node keeps channels weakly, so they must be kept here. */
let channels: readonly PublishedChannel[] | null = null

/** Those that publish and are still there: who subscribes later gets their events too. */
const reactors = new Set<WeakRef<Reactor>>()
const known = new WeakSet<Reactor>()
const gone = new FinalizationRegistry<WeakRef<Reactor>>((reference) => reactors.delete(reference))

/**
 * Publishes what happens in `reactor` on the channels of `node:diagnostics_channel` that `DiagnosticsMessages` lists.
 * A server does this for its reactor by itself. A channel costs nothing as long as nobody has subscribed to it, and
 * subscribers may come and go at any time. Calling it again does nothing.
 */
export function publishDiagnostics(reactor: Reactor): void {
  if (known.has(reactor)) return
  known.add(reactor)
  const reference = new WeakRef(reactor)
  reactors.add(reference)
  gone.register(reactor, reference)
  channels ??= (Object.keys(DIAGNOSTICS_HOOKS) as DiagnosticsChannelName[]).map(
    (name) => new PublishedChannel(name, updateAll),
  )
  for (const channel of channels) channel.update(reactor)
}

function updateAll(channel: PublishedChannel): void {
  for (const reference of reactors) {
    const reactor = reference.deref()
    if (reactor !== undefined) channel.update(reactor)
  }
}
