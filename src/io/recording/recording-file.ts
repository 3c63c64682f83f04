import { close, open, writev, writevSync } from 'node:fs'
import { CalandriaError } from '../../errors/calandria-error.js'

/**
 * Appends blocks to a new file without holding the loop: one write at a time, by Node's thread pool; what comes meanwhile
 * waits here. Whoever appends looks at {@link bytesWaiting}.
 */
export class RecordingFile {
  readonly path: string
  /** Resolves when the file is there. @throws CalandriaError `CAL_ERR_RECORD_FILE` (rejects) */
  readonly opened: Promise<void>
  /** Resolves when the file is closed, also after a failure. */
  readonly closed: Promise<void>
  readonly #onFailure: (error: CalandriaError) => void
  #fd: number | null = null
  #waiting: Uint8Array[] = []
  #beingWritten: Uint8Array[] = []
  /** Where what is being written begins. */
  #position = 0
  #bytesWaiting = 0
  #isEnded = false
  #tellClosed: () => void = () => undefined

  /**
   * @param path must not exist yet: it may be what tells of the last crash
   * @param onFailure the disk failed: nothing is written any more
   */
  constructor(path: string, onFailure: (error: CalandriaError) => void) {
    this.path = path
    this.#onFailure = onFailure
    this.closed = new Promise((resolve) => (this.#tellClosed = resolve))
    this.opened = new Promise((resolve, reject) => {
      // It holds what clients have sent: for its owner only.
      open(path, 'wx', 0o600, (cause, fd) => {
        if (cause !== null) {
          reject(this.#fail(cause))
          return
        }
        this.#fd = fd
        resolve()
        this.#write()
      })
    })
    this.opened.catch(() => undefined) // who doesn't wait for it hears by onFailure
  }

  /** Bytes that were appended and are not with the kernel. */
  get bytesWaiting(): number {
    return this.#bytesWaiting
  }

  /** @param bytes not to be changed any more */
  append(bytes: Uint8Array): void {
    if (this.#isEnded || bytes.length === 0) return
    this.#waiting.push(bytes)
    this.#bytesWaiting += bytes.length
    this.#write()
  }

  /** Closes the file when all is written. */
  end(): void {
    this.#isEnded = true
    this.#write()
  }

  /** The process exits, so there is nothing that this could hold up: writes all at once, also what is being written. */
  writeBeforeExit(): void {
    if (this.#fd === null) return
    const all = [...this.#beingWritten, ...this.#waiting]
    this.#waiting = []
    if (all.length === 0) return
    try {
      // eslint-disable-next-line n/no-sync -- nothing that is asynchronous comes to its end any more
      writevSync(this.#fd, all, this.#position)
    } catch (cause) {
      // Nobody can be told any more, and the process must not end otherwise for that.
      process.stderr.write(`calandria: the end of the recording is lost: ${String(cause)}\n`)
    }
  }

  #write(): void {
    if (this.#fd === null || this.#beingWritten.length > 0) return
    if (this.#waiting.length === 0) {
      if (this.#isEnded) this.#close(this.#fd)
      return
    }
    this.#beingWritten = this.#waiting
    this.#waiting = []
    writev(this.#fd, this.#beingWritten, this.#position, (cause, bytes) => {
      if (cause !== null) this.#fail(cause)
      else if (bytes === 0) this.#fail(new Error('the disk takes nothing'))
      else this.#written(bytes)
    })
  }

  #written(bytes: number): void {
    this.#position += bytes
    this.#bytesWaiting -= bytes
    const rest = behind(this.#beingWritten, bytes)
    this.#beingWritten = []
    this.#waiting = rest.concat(this.#waiting)
    this.#write()
  }

  #close(fd: number): void {
    this.#fd = null
    close(fd, (cause) => {
      if (cause !== null) this.#fail(cause)
      this.#tellClosed()
    })
  }

  #fail(cause: NodeJS.ErrnoException): CalandriaError {
    const error = new CalandriaError('CAL_ERR_RECORD_FILE', `${this.path} (${cause.message})`, { cause })
    this.#isEnded = true
    this.#waiting = this.#beingWritten = []
    this.#bytesWaiting = 0
    this.#onFailure(error)
    if (this.#fd !== null) this.#close(this.#fd)
    else this.#tellClosed()
    return error
  }
}

/** What is left of `pieces` behind their first `bytes`: a full disk takes a part of a write. */
function behind(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const rest: Uint8Array[] = []
  for (const piece of pieces) {
    if (piece.length > bytes) rest.push(piece.subarray(bytes))
    bytes = Math.max(bytes - piece.length, 0)
  }
  return rest
}
