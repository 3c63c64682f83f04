/**
 * The methods that are known, as Node and llhttp know them (RFC 9110 §9, RFC 5789, WebDAV and others). A method
 * travels as its index in this table, so that no string is made of bytes for it. Index 0 is a token that nobody
 * knows: it is answered with 501.
 */
export const METHODS = [
  '',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'ACL',
  'BIND',
  'CHECKOUT',
  'COPY',
  'LINK',
  'LOCK',
  'M-SEARCH',
  'MERGE',
  'MKACTIVITY',
  'MKCALENDAR',
  'MKCOL',
  'MOVE',
  'NOTIFY',
  'PROPFIND',
  'PROPPATCH',
  'PURGE',
  'QUERY',
  'REBIND',
  'REPORT',
  'SEARCH',
  'SOURCE',
  'SUBSCRIBE',
  'UNBIND',
  'UNLINK',
  'UNLOCK',
  'UNSUBSCRIBE',
] as const

/** An HTTP method in capitals. */
export type Method = Exclude<(typeof METHODS)[number], ''>

export const UNKNOWN_METHOD = 0
export const GET = METHODS.indexOf('GET')
export const HEAD = METHODS.indexOf('HEAD')
export const POST = METHODS.indexOf('POST')
export const CONNECT = METHODS.indexOf('CONNECT')
export const OPTIONS = METHODS.indexOf('OPTIONS')

/** Longer tokens are refused before they are complete. */
export const LONGEST_METHOD = 32

const ids = new Map<string, number>(METHODS.map((method, id) => [method, id]))

/** @returns the index in {@link METHODS}; 0 when unknown (methods are case-sensitive, RFC 9110 §9.1) */
export function methodId(token: string): number {
  return ids.get(token) ?? UNKNOWN_METHOD
}
