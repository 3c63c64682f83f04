/**
 * The typical handler: it asks Redis and PostgreSQL at the same time, joins, and answers.
 *
 *     npm install ioredis pg
 *     REDIS_URL=redis://127.0.0.1:6379 DATABASE_URL=postgres://127.0.0.1/app node build/examples/redis-and-postgres.js
 *     curl http://127.0.0.1:8080/users/7
 *
 * - Both are asked before either has answered: the handler takes as long as the slower one.
 * - When one fails the other is cancelled, the client gets 500, and `onError` the error.
 * - When the client goes away both are cancelled; PostgreSQL even stops its query.
 * - When both together take longer than the deadline, both are cancelled and the client gets 504.
 */
import { pathToFileURL } from 'node:url'
import {
  CalandriaError,
  type ErrorListener,
  type Handler,
  type ListeningServer,
  Router,
  serve,
  unlessAborted,
} from 'calandria'
import { Redis } from 'ioredis'
import { Pool, type PoolClient, type QueryResultRow } from 'pg'

export interface Backends {
  readonly redis: Redis
  readonly pool: Pool
  /** Connections apart, to stop queries with: those of {@link pool} may all be waiting. */
  readonly control: Pool
}

export interface UserServerOptions extends Backends {
  readonly port: number
  /** How long a request may take, in milliseconds. Default 2,000. */
  readonly deadlineMs?: number
  readonly onError?: ErrorListener
}

export function serveUsers(options: UserServerOptions): Promise<ListeningServer> {
  const { port, deadlineMs = 2000, onError } = options
  return serve({
    port,
    allowHalfOpen: false, // a client that ends its side has gone: nobody waits for the rows any more
    handler: userHandler(options, deadlineMs),
    ...(onError === undefined ? {} : { onError }),
  })
}

function userHandler(backends: Backends, deadlineMs: number): Handler {
  const { redis, pool, control } = backends
  const router = new Router().get('/users/:id', async ({ scope }, response, { id = '' }) => {
    const answer = await scope.within(deadlineMs, async (both) => {
      // Redis can't take a command back: its reply is dropped when it comes, and the connection stays in order.
      const visits = both.spawn(() => unlessAborted(redis.incr(`visits:${id}`), both))
      const users = both.spawn(({ signal }) =>
        query<{ name: string }>({ pool, control }, 'SELECT name FROM users WHERE id = $1', [id], signal),
      )
      return { visits: await visits, user: (await users)[0] ?? null }
    })
    if (answer.user === null) response.status(404)
    response.json(answer)
  })
  return async (request, response) => {
    try {
      await router.handler(request, response)
    } catch (error) {
      if (!(error instanceof CalandriaError && error.code === 'CAL_ERR_DEADLINE')) throw error
      response.status(504).send('this takes too long; try again later\n')
    }
  }
}

/** Runs a query; when the signal aborts, PostgreSQL is told to stop it. */
async function query<Row extends QueryResultRow>(
  { pool, control }: Pick<Backends, 'pool' | 'control'>,
  text: string,
  values: readonly unknown[],
  signal: AbortSignal,
): Promise<Row[]> {
  const client = await connection(pool, signal)
  let stopped = Promise.resolve()
  const stop = (): void => {
    stopped = control.query('SELECT pg_cancel_backend($1)', [client.processID]).then(ignore, ignore)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    return (await client.query<Row>(text, [...values])).rows
  } catch (error) {
    signal.throwIfAborted() // it was stopped because of that: what PostgreSQL says about it is no error
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    await stopped // whoever gets this connection next must not be stopped instead
    client.release()
  }
}

/** A connection of the pool; one that comes too late goes back at once. */
async function connection(
  pool: Pool,
  signal: AbortSignal,
): Promise<PoolClient & { readonly processID: number }> {
  const connecting = pool.connect()
  try {
    return (await unlessAborted(connecting, { signal })) as PoolClient & { readonly processID: number }
  } catch (error) {
    connecting.then((client) => client.release(), ignore)
    throw error
  }
}

function ignore(): void {
  return undefined
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const connectionString = process.env['DATABASE_URL']
  const server = await serveUsers({
    port: Number(process.env['PORT'] ?? 8080),
    redis: new Redis(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'),
    pool: new Pool({ connectionString }),
    control: new Pool({ connectionString, max: 2 }),
  })
  console.log(`listens on ${server.location}`)
}
