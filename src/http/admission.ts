import type { Transport } from '../io/transport.js'
import type { Client } from './client.js'
import type { Limits } from './limits.js'

/** Decides whether a server takes another connection: bounds in all, and for each address. */
export class Admission {
  readonly #limits: Limits
  /** Connections of each address; kept only where there is a bound to them. */
  readonly #counts = new Map<string, number>()
  readonly #addresses = new Map<Client, string>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** @param open connections that are open already */
  admits(transport: Transport, open: number): boolean {
    const { connections, connectionsPerAddress } = this.#limits
    if (open >= connections) return false
    if (connectionsPerAddress === Infinity) return true
    const { remoteAddress } = transport
    return remoteAddress === null || (this.#counts.get(remoteAddress) ?? 0) < connectionsPerAddress
  }

  opened(client: Client): void {
    const address = this.#limits.connectionsPerAddress === Infinity ? null : client.remoteAddress
    if (address === null) return
    this.#addresses.set(client, address)
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1)
  }

  closed(client: Client): void {
    const address = this.#addresses.get(client)
    if (address === undefined) return
    this.#addresses.delete(client)
    const left = (this.#counts.get(address) ?? 1) - 1
    if (left === 0) this.#counts.delete(address)
    else this.#counts.set(address, left)
  }
}
