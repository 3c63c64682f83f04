import { pattern } from './pattern.js'
import { type Kind, type RequestPlan, WITH_BODY } from './request-plan.js'

/** A request as it is sent, and the only reply that may come. */
export interface Exchange {
  readonly plan: RequestPlan
  readonly index: number
  readonly method: string
  readonly target: string
  readonly head: Buffer
  readonly body: Buffer
  readonly status: number
  readonly reply: Buffer
}

export function makeExchange(plan: RequestPlan, client: number, index: number): Exchange {
  const { kind, size, ms, chunks, expects, asksClose, isOld } = plan
  const hasBody = WITH_BODY.includes(kind)
  const method = kind === 'head' ? 'HEAD' : hasBody ? 'POST' : 'GET'
  const target = `${pathOf(kind)}?kind=${kind}&c=${client}&i=${index}&n=${size}&ms=${ms}`
  const fields = ['Host: server']
  if (hasBody) fields.push(chunks === null ? `Content-Length: ${size}` : 'Transfer-Encoding: chunked')
  if (expects) fields.push('Expect: 100-continue')
  if (asksClose && !isOld) fields.push('Connection: close')
  if (isOld && !asksClose) fields.push('Connection: keep-alive')
  const content = pattern(client, index, size)
  return {
    plan,
    index,
    method,
    target,
    head: Buffer.from(`${method} ${target} HTTP/1.${isOld ? 0 : 1}\r\n${fields.join('\r\n')}\r\n\r\n`),
    body: !hasBody ? Buffer.alloc(0) : chunks === null ? content : inChunks(content, chunks),
    ...expectedReply(plan, content),
  }
}

/**
 * The flush policy learns how long paths take, and trusts new ones after sixteen that were fast. So that it must never be
 * surprised by a slow one, there are few.
 */
function pathOf(kind: Kind): string {
  return kind === 'spend' || kind === 'text' || kind === 'echo' ? `/${kind}` : '/any'
}

function expectedReply({ kind }: RequestPlan, content: Buffer): { status: number; reply: Buffer } {
  switch (kind) {
    case 'head':
      return { status: 200, reply: Buffer.alloc(0) }
    case 'none':
      return { status: 204, reply: Buffer.alloc(0) }
    case 'throw':
    case 'reject':
      return {
        status: 500,
        reply: Buffer.from('CAL_ERR_HTTP_HANDLER: the handler failed (RFC 9110 §15.6.1)\n'),
      }
    case 'ignore':
    case 'slow-body':
    case 'sip':
      return { status: 200, reply: Buffer.from(kind) }
    default:
      return { status: 200, reply: content }
  }
}

function inChunks(content: Buffer, sizes: readonly number[]): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (const size of sizes) {
    parts.push(
      Buffer.from(`${size.toString(16)}\r\n`),
      content.subarray(from, from + size),
      Buffer.from('\r\n'),
    )
    from += size
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}
