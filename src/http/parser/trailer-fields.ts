/**
 * Fields that frame, route, authorise or describe a message. In a trailer section they come too late, and whoever
 * merged them into the header section would be deceived (RFC 9110 §6.5.1): requests with them are refused, and
 * handlers can't send them.
 */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'max-forwards',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
])

export function mayBeTrailer(lowerName: string): boolean {
  return !FORBIDDEN.has(lowerName)
}
