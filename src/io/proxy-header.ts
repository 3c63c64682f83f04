import { isIPv4, isIPv6, SocketAddress } from 'node:net'

/**
 * The PROXY protocol's header, versions 1 and 2, as HAProxy's specification has it (proxy-protocol.txt of 2020). It is
 * read strictly: what we don't understand whole is wrong, because somebody's address depends on it.
 */
export interface ProxyHeader {
  /** Bytes that it takes; what follows belongs to the client. */
  readonly length: number
  /** The client; `undefined` when the proxy speaks for itself or doesn't know, `null` when it has no address. */
  readonly client: string | null | undefined
}

/** What the bytes are so far. */
export type ProxyReading = ProxyHeader | 'more' | 'wrong'

/** §2.1: the longest line there can be, with its CR LF. */
const V1_MOST_BYTES = 107
const V1_START = Buffer.from('PROXY ')

/** §2.2. Its fourth byte ends any reading as HTTP. */
const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const V2_FIXED_BYTES = 16
/** Behind the fixed part: addresses and TLVs. HAProxy sends some hundred bytes; this leaves room for a certificate. */
const V2_MOST_BYTES = 4096

/** No header is longer. */
export const PROXY_HEADER_MOST_BYTES = V2_FIXED_BYTES + V2_MOST_BYTES

/** @param bytes all that has come on the connection so far, at least one byte */
export function readProxyHeader(bytes: Buffer): ProxyReading {
  if (startsLike(bytes, V2_SIGNATURE)) return bytes.length < V2_FIXED_BYTES ? 'more' : readVersion2(bytes)
  if (startsLike(bytes, V1_START)) return readVersion1(bytes)
  return 'wrong'
}

/** Whether `bytes` may begin with `start`, as far as they go. */
function startsLike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length)
  return bytes.compare(start, 0, length, 0, length) === 0
}

function readVersion1(bytes: Buffer): ProxyReading {
  const end = bytes.subarray(0, V1_MOST_BYTES).indexOf('\r\n')
  if (end === -1) return bytes.length < V1_MOST_BYTES ? 'more' : 'wrong'
  const line = bytes.toString('latin1', V1_START.length, end)
  const length = end + 2
  // "the receiver must ignore anything presented before the CRLF" (§2.1)
  if (/^UNKNOWN(?: [^\r\n]*)?$/.test(line)) return { length, client: undefined }
  const [family, source = '', destination = '', ...ports] = line.split(' ')
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isPlainIPv6 : null
  if (isAddress === null || !isAddress(source) || !isAddress(destination)) return 'wrong'
  if (ports.length !== 2 || !ports.every(isPort)) return 'wrong'
  return { length, client: family === 'TCP4' ? source : canonicalIPv6(source) }
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%') // a zone means nothing on another machine
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535
}

const LOCAL = 0x20
const PROXY = 0x21

/** The high four bits are the family of addresses, the low four the transport; only streams come over ours. */
const UNSPECIFIED = 0x00
const TCP4 = 0x11
const TCP6 = 0x21
const UNIX_STREAM = 0x31

/** Bytes of both addresses and ports. */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { [TCP4]: 12, [TCP6]: 36, [UNIX_STREAM]: 216 }

/** @param bytes the fixed part at least */
function readVersion2(bytes: Buffer): ProxyReading {
  const command = bytes.readUInt8(12)
  const family = bytes.readUInt8(13)
  const rest = bytes.readUInt16BE(14)
  if ((command !== LOCAL && command !== PROXY) || rest > V2_MOST_BYTES) return 'wrong'
  const isSilent = command === LOCAL || family === UNSPECIFIED // the addresses, if any, are to be ignored
  const addressBytes = isSilent ? 0 : ADDRESS_BYTES[family]
  if (addressBytes === undefined || rest < addressBytes) return 'wrong'
  const length = V2_FIXED_BYTES + rest
  if (bytes.length < length) return 'more'
  return { length, client: isSilent ? undefined : sourceOf(bytes.subarray(V2_FIXED_BYTES), family) }
}

function sourceOf(addresses: Buffer, family: number): string | null {
  if (family === TCP4) return addresses.subarray(0, 4).join('.')
  if (family === UNIX_STREAM) return null
  const groups = Array.from({ length: 8 }, (_, i) => addresses.readUInt16BE(2 * i).toString(16))
  return canonicalIPv6(groups.join(':'))
}

/** As Node writes the addresses of sockets, so that one client has one name (RFC 5952). */
function canonicalIPv6(text: string): string {
  return new SocketAddress({ address: text, family: 'ipv6' }).address
}
