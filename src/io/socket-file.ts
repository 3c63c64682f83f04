import { chmod, link, lstat, mkdtemp, rm, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { CalandriaError } from '../errors/calandria-error.js'

const ROOM = '.cal-'
const HIDDEN = 's'
/** How long the path is while the socket is bound, beyond the folder's: `/.cal-XXXXXX/s`. */
const HIDDEN_BYTES = 1 + ROOM.length + 6 + 1 + HIDDEN.length

/** @returns by how many bytes `path` grows (or shrinks) while its socket is bound */
export function bindingOverhead(path: string): number {
  return Buffer.byteLength(dirname(path)) + HIDDEN_BYTES - Buffer.byteLength(path)
}

/**
 * The file of a listening Unix socket. Binding makes the file and listening opens it to everybody the umask lets in,
 * both in one call of Node. So it is bound in a folder that only we can enter (`mkdtemp` makes it 0700), gets its
 * mode there, and then its name: whoever can see it sees the right mode, and never a socket that nobody answers.
 */
export class SocketFile {
  readonly #path: string
  readonly #device: bigint
  readonly #inode: bigint

  private constructor(path: string, device: bigint, inode: bigint) {
    this.#path = path
    this.#device = device
    this.#inode = inode
  }

  /**
   * @param listen binds and listens on the path it is given
   * @throws CalandriaError `CAL_ERR_ADDRESS_IN_USE`, `CAL_ERR_NOT_A_SOCKET`, `CAL_ERR_LISTEN`
   */
  static async make(
    path: string,
    mode: number | null,
    listen: (path: string) => Promise<void>,
  ): Promise<SocketFile> {
    try {
      await removeStale(path)
      const room = await mkdtemp(join(dirname(path), ROOM))
      try {
        const hidden = join(room, HIDDEN)
        await listen(hidden)
        if (mode !== null) await chmod(hidden, mode)
        const { dev, ino } = await lstat(hidden, { bigint: true })
        await link(hidden, path) // unlike a rename, it never replaces what came there meanwhile
        return new SocketFile(path, dev, ino)
      } finally {
        await rm(room, { recursive: true, force: true })
      }
    } catch (cause) {
      if (cause instanceof CalandriaError) throw cause
      const { code, message } = cause as NodeJS.ErrnoException
      const ours = code === 'EEXIST' ? 'CAL_ERR_ADDRESS_IN_USE' : 'CAL_ERR_LISTEN'
      throw new CalandriaError(ours, `${path} (${message})`, { cause })
    }
  }

  /** Removes the file, unless somebody has put another one in its place. */
  async remove(): Promise<void> {
    try {
      const { dev, ino } = await lstat(this.#path, { bigint: true })
      if (dev === this.#device && ino === this.#inode) await unlink(this.#path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

/** Removes the socket file of a program that ended without doing so itself. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path, { bigint: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  })
  if (found === null) return
  if (!found.isSocket()) throw new CalandriaError('CAL_ERR_NOT_A_SOCKET', path)
  if (await isInUse(path)) throw new CalandriaError('CAL_ERR_ADDRESS_IN_USE', path)
  await unlink(path)
}

/** Only a refusal shows that nobody is there: one whose queue is full (EAGAIN), or who bars us (EACCES), lives. */
function isInUse(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path })
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT')
    })
  })
}
