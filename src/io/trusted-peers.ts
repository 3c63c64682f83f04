import { BlockList, isIP } from 'node:net'
import { CalandriaTypeError } from '../errors/calandria-error.js'

/** Stands for whoever connects to a Unix socket: the mode of its file says who that may be. */
const UNIX = 'unix'

/** Peers whose word about others counts: addresses, networks in CIDR notation, and `unix`. */
export class TrustedPeers {
  readonly trustsUnix: boolean
  readonly #networks = new BlockList() // Node's name for a set of networks, whatever it is for

  /** @throws CalandriaTypeError `CAL_ERR_OPTION` */
  constructor(names: readonly string[]) {
    this.trustsUnix = names.includes(UNIX)
    for (const name of names) if (name !== UNIX) this.#add(name)
  }

  #add(name: string): void {
    const [address = '', prefix, ...more] = name.split('/')
    const version = address.includes('%') ? 0 : isIP(address)
    const most = version === 4 ? 32 : 128
    if (version === 0 || more.length > 0 || (prefix !== undefined && !isPrefix(prefix, most)))
      throw new CalandriaTypeError(
        'CAL_ERR_OPTION',
        `proxyProtocol.trust: '${name}' is neither an address, nor a network (10.0.0.0/8), nor unix`,
      )
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) this.#networks.addAddress(address, family)
    else this.#networks.addSubnet(address, Number(prefix), family)
  }

  /** An IPv4 address that an IPv6 socket shows as `::ffff:10.0.0.1` counts as what it is. */
  trusts(address: string): boolean {
    return this.#networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
}

function isPrefix(text: string, most: number): boolean {
  return /^(?:0|[1-9]\d{0,2})$/.test(text) && Number(text) <= most
}
