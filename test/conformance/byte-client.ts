/** One end of a connection to the server under test: bytes, one character each. */
export interface ByteClient {
  /** Everything received so far. */
  readonly received: string
  /** The server has ended, closed or reset the connection. */
  readonly isOver: boolean
  /** How it is over, if it was not in peace. */
  readonly error: string | null
  send(bytes: string): void
  /** Half-closes. */
  end(): void
  /** Lets the server read what was sent so far, as far as that can be known. */
  settle(): Promise<void>
  /**
   * Resolves when {@link received} or {@link isOver} has changed.
   * @returns `false` when nothing will come any more, or nothing has come for as long as anybody would wait
   */
  more(): Promise<boolean>
  /** Lets go. */
  close(): void
}

/** Cuts what is sent. `whole`: as few writes as can be. `bytes`: each byte is a write and a read of its own. */
export type Delivery = 'whole' | 'bytes'
