import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { serveUsers } from '../../examples/redis-and-postgres.js'
import { RawClient } from '../sockets/raw-client.js'
import { get } from '../sockets/requests.js'
import { BackendServers, whyWithoutBackends } from './backends.js'

type UserServer = Awaited<ReturnType<typeof serveUsers>>

const QUERY = 'SELECT name FROM users WHERE id = $1'

describe.skipIf(whyWithoutBackends !== null)(
  `a handler that asks Redis and PostgreSQL${whyWithoutBackends ?? ''}`,
  () => {
    const servers = new BackendServers()
    let redis: Redis
    let pool: Pool
    let control: Pool
    /** Ours, to look and to meddle: not the handler's. */
    let own: Pool
    let server: UserServer
    let errors: unknown[]

    beforeAll(async () => {
      await servers.start()
      own = new Pool({ host: servers.folder, user: 'postgres', database: 'postgres' })
      await own.query('CREATE TABLE users (id integer PRIMARY KEY, name text)')
      await own.query(`INSERT INTO users VALUES (7, 'Ada'), (8, 'Grace')`)
    })

    afterAll(async () => {
      await own.end()
      await servers.end()
    })

    beforeEach(async () => {
      errors = []
      redis = new Redis(servers.redisPath)
      control = new Pool({ host: servers.folder, user: 'postgres', database: 'postgres' })
      pool = new Pool({
        host: servers.folder,
        user: 'postgres',
        database: 'postgres',
        application_name: 'handler',
      })
      await Promise.all([redis.flushall(), pool.query('SELECT 1')])
      server = await start(60_000)
    })

    afterEach(async () => {
      servers.continueRedis()
      await server.close({ drainMs: 0 })
      redis.disconnect()
      await Promise.all([pool.end(), control.end()])
    })

    const start = (deadlineMs: number): Promise<UserServer> =>
      serveUsers({ port: 0, redis, pool, control, deadlineMs, onError: (error) => errors.push(error) })

    async function ask(path: string): Promise<RawClient> {
      return (await RawClient.connect(server)).send(get(path))
    }

    /** What the handler's connections to PostgreSQL do, or have done last. */
    async function activity(): Promise<{ query: string; state: string; waits: boolean }[]> {
      const { rows } = await own.query<{ query: string; state: string; waits: boolean }>(
        `SELECT query, state, wait_event_type = 'Lock' AS waits FROM pg_stat_activity WHERE application_name = 'handler'`,
      )
      return rows
    }

    async function untilSo(isSo: () => Promise<boolean>): Promise<void> {
      while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve)) // sockets must have their say
    }

    const queryWaits = (): Promise<boolean> =>
      untilSo(async () => (await activity()).some(({ query, waits }) => query === QUERY && waits)).then(
        () => true,
      )
    const noQueryRuns = (): Promise<void> =>
      untilSo(async () => (await activity()).every(({ state }) => state === 'idle'))

    /** Nobody can read the table meanwhile. */
    async function whileLocked<T>(run: () => Promise<T>): Promise<T> {
      const client = await own.connect()
      try {
        await client.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE')
        return await run()
      } finally {
        await client.query('ROLLBACK')
        client.release()
      }
    }

    test('joins what both have answered', async () => {
      const client = await ask('/users/7')
      const [first] = await client.replies(1)
      const [second] = await client.send(get('/users/7')).replies(1)
      expect(
        [first, second].map((reply) => [reply?.status, JSON.parse(reply!.body.toString()) as unknown]),
      ).toEqual([
        [200, { visits: 1, user: { name: 'Ada' } }],
        [200, { visits: 2, user: { name: 'Ada' } }],
      ])
      const [third] = await client.send(get('/users/9')).replies(1)
      expect(third?.status).toBe(404)
    })

    test('asks Redis while PostgreSQL has not answered yet', async () => {
      const watcher = new Redis(servers.redisPath)
      const client = await whileLocked(async () => {
        const asking = await ask('/users/7')
        await queryWaits()
        await untilSo(async () => (await watcher.get('visits:7')) === '1')
        return asking
      })
      watcher.disconnect()
      expect((await client.replies(1))[0]?.status).toBe(200)
    })

    test('asks PostgreSQL while Redis has not answered yet', async () => {
      servers.stopRedis()
      const client = await ask('/users/8')
      await untilSo(async () =>
        (await activity()).some(({ query, state }) => query === QUERY && state === 'idle'),
      )
      servers.continueRedis()
      expect(JSON.parse((await client.replies(1))[0]!.body.toString())).toEqual({
        visits: 1,
        user: { name: 'Grace' },
      })
    })

    test('fails with the one that fails: the other is cancelled, the client gets 500, onError is told', async () => {
      servers.stopRedis() // so the handler could wait for it for ever
      const client = await ask('/users/not-a-number')
      expect((await client.replies(1))[0]?.status).toBe(500)
      expect(errors).toMatchObject([{ message: expect.stringContaining('not-a-number') as string }])
      servers.continueRedis()
      expect((await (await ask('/users/7')).replies(1))[0]?.status).toBe(200) // its connection is in order
    })

    test.each(['reset', 'end'] as const)(
      'cancels both when the client goes away by %s: PostgreSQL stops its query',
      async (how) => {
        servers.stopRedis()
        await whileLocked(async () => {
          const client = await ask('/users/7')
          await queryWaits()
          client[how]()
          await noQueryRuns()
        })
        await untilSo(() => Promise.resolve(pool.idleCount === pool.totalCount))
        servers.continueRedis()
        expect((await (await ask('/users/8')).replies(1))[0]?.status).toBe(200)
        expect(errors).toEqual([])
        expect(server.statistics().aborted).toBe(1)
      },
    )

    test('cancels all of them, though every connection of the pool waits, and those that wait for one', async () => {
      const clients = await whileLocked(async () => {
        const asking = await Promise.all(Array.from({ length: 15 }, () => ask('/users/7')))
        await untilSo(async () => (await activity()).filter(({ waits }) => waits).length === 10)
        await untilSo(() => Promise.resolve(pool.waitingCount === 5))
        for (const client of asking) client.reset()
        await noQueryRuns()
        return asking
      })
      await untilSo(() => Promise.resolve(pool.idleCount === pool.totalCount && pool.waitingCount === 0))
      expect(server.statistics().aborted).toBe(clients.length)
      expect(errors).toEqual([])
    })

    test('cancels both at the deadline, and answers 504', async () => {
      await server.close()
      server = await start(50)
      servers.stopRedis()
      await whileLocked(async () => {
        const client = await ask('/users/7')
        const [reply] = await client.replies(1)
        expect(reply?.status).toBe(504)
        await noQueryRuns()
      })
      expect(errors).toEqual([])
    })
  },
)
