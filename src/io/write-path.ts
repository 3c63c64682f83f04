import { CalandriaError } from '../errors/calandria-error.js'
import { testDirectWrite } from './direct-write.js'
import { choosePath } from './read-path.js'

/**
 * How sockets are written to. `direct`: past Node's `Writable`, straight to libuv's stream (600 to 700 ns a write less
 * on Node 20). `stream`: Node's documented streams. `auto`: `direct` where its self-test passes.
 */
export type WritePath = 'auto' | 'direct' | 'stream'

const WRITE_PATHS: readonly WritePath[] = ['auto', 'direct', 'stream']

/** The environment variable that decides where no option does. */
export const WRITE_PATH_VARIABLE = 'CALANDRIA_WRITE_PATH'

/** @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function chooseWritePath(option: unknown, environment: NodeJS.ProcessEnv = process.env): WritePath {
  return choosePath(WRITE_PATHS, 'writePath', option, WRITE_PATH_VARIABLE, environment[WRITE_PATH_VARIABLE])
}

/**
 * Decides what `auto` leaves open.
 * @throws CalandriaError `CAL_ERR_WRITE_PATH` when `direct` is forced and does not work here
 */
export async function decideWritePath(wanted: WritePath): Promise<'direct' | 'stream'> {
  if (wanted === 'stream') return 'stream'
  if (await testDirectWrite()) return 'direct'
  if (wanted === 'direct') throw new CalandriaError('CAL_ERR_WRITE_PATH', 'direct')
  return 'stream'
}
