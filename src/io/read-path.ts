import { CalandriaError, CalandriaTypeError } from '../errors/calandria-error.js'
import { testOnread } from './onread.js'

/**
 * How accepted sockets are read. `onread`: straight into the shared receive buffer (1,000 to 1,700 ns a read
 * less). `data`: Node's documented `'data'` events, copied into that buffer. `auto`: `onread` where its self-test
 * passes.
 */
export type ReadPath = 'auto' | 'onread' | 'data'

const READ_PATHS: readonly ReadPath[] = ['auto', 'onread', 'data']

/** The environment variable that decides where no option does. */
export const READ_PATH_VARIABLE = 'CALANDRIA_READ_PATH'

/** @throws CalandriaTypeError `CAL_ERR_OPTION` */
export function chooseReadPath(option: unknown, environment: NodeJS.ProcessEnv = process.env): ReadPath {
  const fromEnvironment = environment[READ_PATH_VARIABLE]
  return choosePath(READ_PATHS, 'readPath', option, READ_PATH_VARIABLE, fromEnvironment)
}

/**
 * What an option says, else the environment, else `auto`.
 * @throws CalandriaTypeError `CAL_ERR_OPTION`
 */
export function choosePath<Path extends string>(
  paths: readonly Path[],
  name: string,
  option: unknown,
  variable: string,
  fromEnvironment: string | undefined,
): Path {
  const wanted = option ?? (fromEnvironment === '' ? undefined : fromEnvironment) ?? 'auto'
  const chosen = paths.find((path) => path === wanted)
  if (chosen !== undefined) return chosen
  const where = option === undefined ? variable : name
  throw new CalandriaTypeError('CAL_ERR_OPTION', `${where} must be one of ${paths.join(', ')}`)
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
