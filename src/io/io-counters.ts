const READS = 0
const BYTES_READ = 1
const WRITES = 2
const BYTES_WRITTEN = 3

/**
 * What the transports of one acceptor have done together. The counts are doubles from the start: a plain field would
 * be a small integer until it passes 2^31 (bytes do within seconds), and V8 would then throw away the code around it.
 */
export class IoCounters {
  readonly #counts = new Float64Array(4)

  countRead(bytes: number): void {
    this.#counts[READS] = this.reads + 1
    this.#counts[BYTES_READ] = this.bytesRead + bytes
  }

  /** One system call for writing: a gathering write is one, however many its segments. */
  countWrite(bytes: number): void {
    this.#counts[WRITES] = this.writes + 1
    this.#counts[BYTES_WRITTEN] = this.bytesWritten + bytes
  }

  get reads(): number {
    return this.#counts[READS] as number
  }

  get bytesRead(): number {
    return this.#counts[BYTES_READ] as number
  }

  get writes(): number {
    return this.#counts[WRITES] as number
  }

  get bytesWritten(): number {
    return this.#counts[BYTES_WRITTEN] as number
  }
}
