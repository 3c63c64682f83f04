import type { Chance } from './chance.js'

/** What has broken parsers before. */
const NASTY = [
  ...[
    '\0',
    '\x01',
    '\t',
    '\n',
    '\v',
    '\f',
    '\r',
    ' ',
    '\x7f',
    '\x80',
    '\xff',
    ':',
    ';',
    ',',
    '"',
    '\\',
    '=',
    '#',
    '?',
    '/',
  ],
  ...[
    '0',
    '1',
    'a',
    'f',
    'g',
    'A',
    '-',
    '+',
    '_',
    '\r\n',
    '\r\r\n',
    '\n\r',
    '\r\n\r\n',
    '\r\n ',
    '\n\n',
    '  ',
    ': ',
    ' :',
    '::',
  ],
  ...[
    '0\r\n\r\n',
    '1\r\na\r\n',
    '0x',
    '00000000000000000',
    'ffffffffffffffff',
    ';a=b',
    ';a="b"',
    ', chunked',
    'chunked',
  ],
  ...[
    'Content-Length: 1\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Connection: close\r\n',
    'Host: x\r\n',
    'Upgrade: x\r\n',
  ],
  ...[
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    'HTTP/1.0',
    'HTTP/1.1',
    'CONNECT h:1 ',
    'http://',
    '*',
    '@',
    '[',
    ']',
  ],
]

const MOST_LENGTH = 4000

/** Makes other inputs of those that were seen already. */
export class Mutator {
  readonly #chance: Chance

  constructor(chance: Chance) {
    this.#chance = chance
  }

  /** One to four changes. @param other what to splice from */
  mutate(text: string, other: string): string {
    let mutated = text
    for (let count = 1 + this.#chance.below(4); count > 0; count--) mutated = this.#change(mutated, other)
    return mutated.slice(0, MOST_LENGTH)
  }

  #change(text: string, other: string): string {
    const chance = this.#chance
    const at = chance.below(text.length + 1)
    const span = 1 + chance.below(chance.once(4) ? 40 : 4)
    const before = text.slice(0, at)
    switch (chance.below(9)) {
      case 0: // a bit flips
        return at === text.length
          ? text
          : before + String.fromCharCode(text.charCodeAt(at) ^ (1 << chance.below(8))) + text.slice(at + 1)
      case 1: // any byte in place of one
        return before + String.fromCharCode(chance.below(256)) + text.slice(at + 1)
      case 2:
      case 3:
        return before + chance.pick(NASTY) + text.slice(at)
      case 4:
        return before + chance.pick(NASTY) + text.slice(at + span)
      case 5:
        return before + text.slice(at + span)
      case 6: // twice
        return before + text.slice(at, at + span) + text.slice(at)
      case 7:
        return chance.once(3)
          ? before
          : before + text.slice(at, at + span) + chance.pick(NASTY) + text.slice(at + span)
      default:
        return before + other.slice(chance.below(other.length + 1))
    }
  }
}

/** Cuts a text at up to `most` random places. */
export function inPieces(text: string, chance: Chance, most = 6): string[] {
  const cuts = Array.from({ length: chance.below(most + 1) }, () => chance.below(text.length + 1)).sort(
    (a, b) => a - b,
  )
  return [...cuts, text.length]
    .map((cut, i, all) => text.slice(i === 0 ? 0 : all[i - 1], cut))
    .filter((piece) => piece !== '')
}
