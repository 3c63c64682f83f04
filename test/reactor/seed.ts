import fc from 'fast-check'

/** All chance in these tests starts here. `CALANDRIA_SEED=… npx vitest run` replays a run, or makes another one. */
export const seed = Number(process.env['CALANDRIA_SEED'] ?? 20_260_731)

console.log(`CALANDRIA_SEED=${seed}`)
fc.configureGlobal({ seed })

/** A generator of numbers from 0 up to 1 (mulberry32); `stream` tells several generators of one run apart. */
export function seededRandom(stream: number): () => number {
  let state = (seed ^ Math.imul(stream + 1, 0x9e3779b9)) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Bytes in which a piece that is lost, repeated or swapped shows. */
export function seededBytes(length: number, stream = 0): Buffer {
  const random = seededRandom(stream)
  const bytes = Buffer.alloc(length)
  for (let i = 0; i < length; i++) bytes[i] = random() * 256
  return bytes
}
