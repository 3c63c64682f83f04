import { Router } from 'calandria'

const LARGE = Buffer.alloc(5_000_000, 'calandria ')

/** What the attacks are about, and what somebody else asks for meanwhile. */
export const slowAttackRouter = new Router()
  .get('/', (_request, response) => response.send('Hello, World!'))
  .get('/large', (_request, response) => response.send(LARGE))
  .post('/echo', async ({ body }, response) => response.send(await body.bytes()))

/** Time-outs that end an attack within seconds. */
export const SHORT_TIMEOUTS = {
  firstByteMs: 1000,
  headMs: 1000,
  bodyMs: 1000,
  discardMs: 1000,
  idleMs: 2000,
  writeMs: 1000,
} as const
