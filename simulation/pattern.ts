import { SeededRandom } from 'calandria/testing'

const LENGTH = 1024 * 1024
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_'

const random = new SeededRandom(20_261_125)
const letters = Buffer.from(Array.from({ length: LENGTH }, () => LETTERS.charCodeAt(random.below(64))))

/** Bytes (all ASCII) of which each request has its own, so that whatever is lost, repeated or swapped shows. */
export function pattern(client: number, index: number, length: number): Buffer {
  const from = (client * 104_729 + index * 7919) % (LENGTH / 2)
  return letters.subarray(from, from + length)
}
