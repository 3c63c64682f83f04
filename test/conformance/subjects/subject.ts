import type { ByteClient } from '../byte-client.js'
import type { Handled } from '../handled.js'

/** A server with the application of the table. */
export interface Subject {
  connect(): Promise<ByteClient>
  /** What the application has handled since the last call, in the order of arrival. */
  takeLog(): Promise<readonly Handled[]>
  close(): Promise<void>
}
