import { BYTE_CLASSES, TOKEN, VALUE } from './byte-classes.js'

const QUOTE = 0x22
const SEMICOLON = 0x3b
const EQUALS = 0x3d
const BACKSLASH = 0x5c

enum State {
  NameStart,
  Name,
  ValueStart,
  Token,
  Quoted,
  Escaped,
  QuotedEnd,
}

/**
 * Checks chunk extensions (RFC 9112 §7.1.1) and forgets them: nobody uses them but smugglers. White space around
 * `;` and `=`, which the grammar calls bad, is refused, because implementations disagree about it.
 */
export class ChunkExtension {
  #state = State.NameStart

  /** Behind a chunk's size came the `;` of its first extension. */
  begin(): void {
    this.#state = State.NameStart
  }

  /** Whether a CR may end the line here. */
  mayEnd(): boolean {
    return this.#state === State.Name || this.#state === State.Token || this.#state === State.QuotedEnd
  }

  /** @returns whether `byte`, which is no CR, is right here */
  take(byte: number): boolean {
    const bits = BYTE_CLASSES[byte] as number
    const isToken = (bits & TOKEN) !== 0
    switch (this.#state) {
      case State.NameStart:
        return this.#goOn(State.Name, isToken)
      case State.Name:
        if (byte === EQUALS) return this.#goOn(State.ValueStart)
        return byte === SEMICOLON ? this.#goOn(State.NameStart) : isToken
      case State.ValueStart:
        return byte === QUOTE ? this.#goOn(State.Quoted) : this.#goOn(State.Token, isToken)
      case State.Token:
        return byte === SEMICOLON ? this.#goOn(State.NameStart) : isToken
      case State.Quoted:
        if (byte === QUOTE) return this.#goOn(State.QuotedEnd)
        return byte === BACKSLASH ? this.#goOn(State.Escaped) : (bits & VALUE) !== 0
      case State.Escaped:
        return this.#goOn(State.Quoted, (bits & VALUE) !== 0)
      case State.QuotedEnd:
        return this.#goOn(State.NameStart, byte === SEMICOLON)
    }
  }

  #goOn(state: State, isRight = true): boolean {
    this.#state = state
    return isRight
  }
}
