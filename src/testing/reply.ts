/** A response as a client has read it, to the letter. */
export interface Reply {
  readonly status: number
  readonly reason: string
  /** Names in lower case; the values of a field that comes several times are joined by `, `. */
  readonly headers: ReadonlyMap<string, string>
  /** Decoded from its framing. */
  readonly body: Buffer
  readonly trailers: ReadonlyMap<string, string>
  /** Statuses of the interim responses before it. */
  readonly interim: readonly number[]
}
