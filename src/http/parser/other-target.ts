import { CONNECT, OPTIONS } from '../methods.js'
import { isHost } from './fields.js'
import { TargetForm } from './request-parser.js'

/**
 * The form of a target that isn't in origin form (RFC 9112 §3.2.2 to §3.2.4).
 * @param target the text of it
 * @param words the bytes that it was made of
 * @param start where it begins in them; behind it stands a byte that no host has
 * @returns `null` when it is malformed, or not for this method
 */
export function otherTargetForm(
  method: number,
  target: string,
  words: DataView,
  start: number,
): TargetForm | null {
  if (method === CONNECT) {
    const isHostAndPort = /^(?:[^:/?@[\]]+|\[[^/?@[\]]+\]):\d+$/.test(target)
    return isHostAndPort && isHost(words, start, start + target.length) ? TargetForm.Authority : null
  }
  if (target === '*') return method === OPTIONS ? TargetForm.Asterisk : null
  const authority = /^https?:\/\/([^/?]+)/i.exec(target)
  if (authority === null) return null
  const end = start + authority[0].length
  return isHost(words, end - (authority[1] as string).length, end) ? TargetForm.Absolute : null
}
