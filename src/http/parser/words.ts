import { BYTE_CLASSES } from './byte-classes.js'

/*
 * Several bytes at a time: what makes the scanner fast (`bench/micro/scanner-loops.ts`). Every word is read little-endian,
 * whatever the machine.
 */

/** CR LF as a word of two bytes. */
export const CR_LF = 0x0a0d

/**
 * What both of two bytes may be (see `BYTE_CLASSES`), by the word of them: names and hosts go by in half the steps.
 * Text of one kind uses few of its 64 KiB, so they stay in the cache.
 */
export const PAIR_CLASSES = Uint8Array.from({ length: 0x1_0000 }, (_, pair) => {
  return (BYTE_CLASSES[pair & 0xff] as number) & (BYTE_CLASSES[pair >> 8] as number)
})

/**
 * @returns the position of the first byte from `i` on that is not SP, VCHAR or obs-text (RFC 9110 §5.5), so that is
 * below 0x20 or is DEL; four bytes a step. In each of the four bytes of `mask` the top bit tells what was found there
 * (the classic "has a byte less than n" of Bit Twiddling Hacks); the lowest one is exact.
 */
export function skipValue(words: DataView, i: number): number {
  for (;;) {
    const word = words.getInt32(i, true)
    const deletes = word ^ 0x7f7f7f7f
    const mask = (((word - 0x20202020) & ~word) | ((deletes - 0x01010101) & ~deletes)) & 0x80808080
    if (mask !== 0) return i + ((31 - Math.clz32(mask & -mask)) >> 3)
    i += 4
  }
}

/** `HTTP/1.1` and the line end, ten bytes in three words: HTTP, /1.1, and CR LF. */
export function isVersion11(words: DataView, i: number): boolean {
  return (
    words.getInt32(i, true) === 0x50545448 &&
    words.getInt32(i + 4, true) === 0x312e312f &&
    words.getInt16(i + 8, true) === 0x0a0d
  )
}
