/**
 * What a subject can be told to do, in its environment as `ACT`. A program answers whatever it is asked in this one
 * way, so that no router stands between the request and what is measured. `routes` means all acts, by path: `/json`,
 * `/delay`.
 */
export const actNames = [
  'hello',
  'kilobyte',
  'tenKilobytes',
  'json',
  'upload',
  'stream',
  'delay',
  'slow',
  'routes',
] as const
export type ActName = (typeof actNames)[number]

/** What an answer must hold. */
export interface Reply {
  readonly type: string
  readonly body: string
}

const hello: Reply = { type: 'text/plain', body: 'Hello, World!' }

/** `upload` answers how many bytes it was sent. */
export const replies = {
  hello,
  kilobyte: { type: 'text/plain', body: 'k'.repeat(1024) },
  tenKilobytes: { type: 'text/plain', body: 't'.repeat(10_000) },
  json: { type: 'application/json', body: '{"message":"Hello, World!"}' },
  stream: { type: 'text/plain', body: 's'.repeat(8 * 128) },
  /** After a millisecond. */
  delay: hello,
  /** Holds the loop for 20 ms. */
  slow: hello,
} as const satisfies Readonly<Partial<Record<ActName, Reply>>>

export const uploaded = (bytes: number): Reply => ({ type: 'text/plain', body: String(bytes) })
