import { type Reply } from './act.js'
import { type Fields } from './heads.js'

/** One request, and what its answer must be. */
export interface Ask {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly fields: Fields
  readonly body: string
  readonly reply: Reply
}

export function get(reply: Reply, fields: Fields = [], path = '/'): Ask {
  return { method: 'GET', path, fields, body: '', reply }
}

export function post(body: string, reply: Reply, path = '/'): Ask {
  return { method: 'POST', path, fields: [['Content-Type', 'application/octet-stream']], body, reply }
}

/** Where a server listens. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** As it goes on the wire. Without fields it is byte for byte what wrk sends without a script. */
export function wireForm({ method, path, fields, body }: Ask, { host, port }: Place): string {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}:${port}`]
  for (const [name, value] of fields) lines.push(`${name}: ${value}`)
  if (method === 'POST') lines.push(`Content-Length: ${body.length}`)
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
