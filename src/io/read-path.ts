import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import { testOnread } from './onread.js'

/**
 * How accepted sockets are read. `onread`: straight into the shared receive buffer (1,000 to 1,700 ns a read
 * less). `data`: Node's documented `'data'` events, copied into that buffer. `auto`: `onread` where its self-test
 * passes.
 */
export type ReadPath = 'auto' | 'onread' | 'data'

const READ_PATHS: readonly string[] = ['auto', 'onread', 'data'] satisfies ReadPath[]

/** The environment variable that decides where no option does. */
export const READ_PATH_VARIABLE = 'CALANDRIA_READ_PATH'

/** @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function chooseReadPath(option: unknown, environment: NodeJS.ProcessEnv = process.env): ReadPath {
  const fromEnvironment = environment[READ_PATH_VARIABLE]
  const chosen = option ?? (fromEnvironment === '' ? undefined : fromEnvironment) ?? 'auto'
  if (typeof chosen === 'string' && READ_PATHS.includes(chosen)) return chosen as ReadPath
  const where = option === undefined ? READ_PATH_VARIABLE : 'readPath'
  throw new CalandriaTypeError('CAL_ERR_OPTION', `${where} must be one of ${READ_PATHS.join(', ')}`)
}

/**
 * Decides what `auto` leaves open.
 * @throws CalandriaError `CAL_ERR_READ_PATH` when `onread` is forced and does not work here
 */
export async function decideReadPath(wanted: ReadPath): Promise<'onread' | 'data'> {
  if (wanted === 'data') return 'data'
  if (await testOnread()) return 'onread'
  if (wanted === 'onread') throw new CalandriaError('CAL_ERR_READ_PATH', 'onread')
  return 'data'
}
