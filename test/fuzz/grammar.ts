import { METHODS } from '../../src/http/methods.js'
import type { Chance } from './chance.js'

const TOKEN = "!#$%&'*+-.^_`|~0189AZaz"
const PATH = "/aZ09-._~%!$&'()*+,;=:@[]{}|\\^`"
const VALUE = 'abz019 \t"\'(),/:;<=>?@[\\]{}!~\x80\xa0\xff'
const OWS = ['', ' ', ' ', ' ', '\t', ' \t ', '  ']
const KNOWN = METHODS.slice(1)

/**
 * Streams of requests after the grammar of RFC 9112, in which now and then a production goes wrong: what a parser
 * must refuse stands where it matters, not just anywhere.
 */
export class Grammar {
  readonly #chance: Chance
  /** One production in so many goes wrong. */
  readonly #rarely: number

  constructor(chance: Chance, rarely = 12) {
    this.#chance = chance
    this.#rarely = rarely
  }

  stream(): string {
    return this.request() + this.#chance.several(2, () => this.request())
  }

  request(): string {
    const chance = this.#chance
    const [framing, body] = this.#framed()
    const lines = [`Host:${this.#ows()}${chance.pick(['x', 'a.example:80', '[::1]', ''])}`, ...framing]
    for (let count = chance.below(4); count > 0; count--)
      lines.splice(chance.below(lines.length + 1), 0, this.#field())
    if (chance.once(10)) lines.push('Connection: upgrade', 'Upgrade: x')
    if (chance.once(this.#rarely * 2)) lines.splice(chance.below(lines.length), 1)
    const leading = chance.once(this.#rarely)
      ? chance.pick(['\r\n', '\r\n', '\n', '\r', '\r\n\r\n', ' '])
      : ''
    return `${leading}${this.#requestLine()}${this.#lineEnd()}${lines.map((line) => line + this.#lineEnd()).join('')}${this.#lineEnd()}${body}`
  }

  #requestLine(): string {
    const chance = this.#chance
    const version = this.#orWrong(chance.pick(['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0']), [
      'HTTP/1.2',
      'HTTP/2.0',
      'HTTP/0.9',
      'http/1.1',
      'HTTP/1.1 ',
      'HTTP/1.10',
      'RTSP/1.0',
      'ICE/1.0',
      '',
    ])
    if (chance.once(20)) return `OPTIONS * ${version}`
    if (chance.once(20)) return `CONNECT ${chance.pick(['h:1', '[::1]:443', 'h', ':1', '/'])} ${version}`
    const method = chance.once(12) ? this.#text(TOKEN, 1, 8) : chance.once(3) ? chance.pick(KNOWN) : 'POST'
    const space = this.#orWrong(' ', ['  ', '\t', '', ' \t'])
    return `${this.#orWrong(method, ['PRI', 'DESCRIBE', 'GE T', 'post', 'SOURCE', ''])}${space}${this.#target()}${this.#orWrong(' ', ['  ', '\t', ''])}${version}`
  }

  #target(): string {
    const chance = this.#chance
    const query = chance.once(3) ? `?${this.#text(`${PATH}?`, 0, 6)}` : ''
    const origin = `/${this.#text(PATH, 0, 8)}${query}`
    if (chance.once(10))
      return `${chance.pick(['http', 'HTTPS'])}://${chance.pick(['h', 'h:8', '[::]:1'])}${origin}`
    return this.#orWrong(origin, [
      `${origin}#f`,
      'a',
      '*',
      '',
      `/\xe9`,
      'ftp://h/',
      'http://u@h/',
      '/"',
      '/\t',
      'http://@/',
    ])
  }

  /** A message's framing fields and the body that follows from them. */
  #framed(): [string[], string] {
    const chance = this.#chance
    switch (chance.below(5)) {
      case 0:
        return [[], '']
      case 1:
      case 2:
        return this.#lengthFramed()
      case 3:
        return [[this.#codingField()], this.#chunks()]
      default:
        if (!chance.once(this.#rarely / 3)) return [[this.#codingField()], this.#chunks()]
        return this.#contradictory()
    }
  }

  #lengthFramed(): [string[], string] {
    const body = this.#text(VALUE, 0, 12)
    const length = this.#orWrong(String(body.length), [
      `+${body.length}`,
      `0${body.length}`,
      `${body.length},${body.length}`,
      `${body.length} ${body.length}`,
      `0x${body.length}`,
      `${body.length + 1}`,
      `${Math.max(0, body.length - 1)}`,
      `-${body.length}`,
      '',
      `${body.length};`,
      '99999999999999999999',
    ])
    return [[`${this.#cased('Content-Length')}:${this.#ows()}${length}${this.#trailing()}`], body]
  }

  #codingField(): string {
    const coding = this.#orWrong('chunked', [
      'Chunked',
      'chunked, chunked',
      'gzip, chunked',
      'chunked, gzip',
      'identity',
      'xchunked',
      'chunked;q=1',
      '\vchunked',
      ' chunked,',
      'chunked\x00',
      '',
    ])
    return `${this.#cased('Transfer-Encoding')}:${this.#ows()}${coding}${this.#trailing()}`
  }

  #contradictory(): [string[], string] {
    const lines = [this.#codingField(), this.#lengthFramed()[0][0] as string]
    if (this.#chance.once(2)) lines.reverse()
    if (this.#chance.once(3)) lines.shift()
    if (this.#chance.once(3)) lines.push(lines[0] as string)
    return [lines, this.#chunks()]
  }

  #chunks(): string {
    const chance = this.#chance
    const last = this.#orWrong('0', ['00', '000', '', '0x0', '-0', '0 '])
    const trailers = chance.once(3) ? chance.several(2, () => `${this.#field()}${this.#lineEnd()}`) : ''
    return `${chance.several(3, () => this.#chunk())}${last}${this.#extension()}${this.#lineEnd()}${trailers}${this.#lineEnd()}`
  }

  #chunk(): string {
    const data = this.#text(`${VALUE}\r\n0`, 1, 20)
    const hex = data.length.toString(16)
    const size = this.#orWrong(this.#chance.pick([hex, hex.toUpperCase(), `00${hex}`]), [
      `0x${hex}`,
      `+${hex}`,
      ` ${hex}`,
      `${hex} `,
      `${hex}\t`,
      `${hex}g`,
      `${'0'.repeat(16)}${hex}`,
      `1${'0'.repeat(16)}${hex}`,
      `-${hex}`,
      (data.length + 1).toString(16),
      (data.length - 1).toString(16),
    ])
    return `${size}${this.#extension()}${this.#lineEnd()}${data}${this.#lineEnd()}`
  }

  #extension(): string {
    const chance = this.#chance
    if (!chance.once(4)) return ''
    const value = chance.pick([
      '',
      '=b',
      '="c d"',
      '="\\""',
      '="\x80;\\\\"',
      '=""',
      '="\t"',
      `=${this.#text(TOKEN, 1, 4)}`,
    ])
    return this.#orWrong(`;${this.#text(TOKEN, 1, 4)}${value}`, [
      ';',
      ';;',
      ' ;a',
      '; a',
      ';a =b',
      ';a= b',
      ';a="',
      ';a="b"c',
      ';a="b\n"',
      ';a="\r"',
      ';a=\x01',
      ';a\n',
      ';\xff',
      ';a=b;',
      ';a="b";c',
    ])
  }

  #field(): string {
    const chance = this.#chance
    if (chance.once(3)) {
      return chance.pick([
        'Connection: close',
        'connection: Keep-Alive',
        'Connection: keep-alive, close',
        'Connection: a, b ,c',
        'Connection: upgrade',
        'Upgrade: websocket',
        'Proxy-Connection: close',
        'Proxy-Connection: keep-alive',
        'Expect: 100-continue',
        'Host: y',
        'Content-Length: 3',
        'Trailer: t',
        'TE: trailers',
        'Connection: closed',
        'Connection: close,',
        'Connection:close\t',
      ])
    }
    const name = this.#orWrong(this.#text(TOKEN, 1, 8), [
      '',
      'a b',
      'a ',
      ' a',
      '\ta',
      'a\x00',
      'a\xe9',
      '(a)',
      'Content-Length ',
      'Transfer-Encoding\t',
    ])
    const value = this.#orWrong(this.#text(VALUE, 0, 12), [
      'a\x00b',
      'a\rb',
      'a\nb',
      'a\r\n b',
      'a\x7f',
      '\x0b',
      'a\r',
      '\r\n b',
    ])
    return `${name}${this.#orWrong(':', ['', ' :', '::'])}${this.#ows()}${value}${this.#ows()}`
  }

  #lineEnd(): string {
    return this.#chance.once(this.#rarely * 4)
      ? this.#chance.pick(['\n', '\r', '\r\r\n', '\n\r', ''])
      : '\r\n'
  }

  #ows(): string {
    return this.#chance.pick(OWS)
  }

  /** llhttp takes no tab behind a framing field: rare, or it is all that is found. */
  #trailing(): string {
    return this.#chance.once(6) ? this.#ows() : ''
  }

  #cased(name: string): string {
    return this.#chance.pick([name, name, name.toLowerCase(), name.toUpperCase()])
  }

  #orWrong(right: string, wrong: readonly string[]): string {
    return this.#chance.once(this.#rarely * 2) ? this.#chance.pick(wrong) : right
  }

  #text(chars: string, least: number, most: number): string {
    let text = ''
    for (let count = least + this.#chance.below(most - least + 1); count > 0; count--)
      text += chars[this.#chance.below(chars.length)] as string
    return text
  }
}
