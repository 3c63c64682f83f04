import type { HeaderSet } from './header-set.js'
import type { Request } from './request.js'
import { statusLine } from './status-lines.js'

/**
 * The head with which a connection leaves HTTP: 200 without any framing to CONNECT (RFC 9110 §9.3.6), 101 to Upgrade.
 * The protocol is the first that the client named, unless the handler has set an `Upgrade` header (§7.8).
 */
export function switchingHead(request: Request, headers: HeaderSet, dateLine: string): string {
  if (request.isConnect) return `${statusLine(200)}${dateLine}${headers.text}\r\n` // a 2xx has a Date (§6.6.1)
  const protocol = headers.has('upgrade') ? '' : `Upgrade: ${firstProtocol(request.upgrade ?? '')}\r\n`
  return `${statusLine(101)}Connection: Upgrade\r\n${protocol}${headers.text}\r\n`
}

function firstProtocol(list: string): string {
  return (list.split(',')[0] as string).trim()
}
