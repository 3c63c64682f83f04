import { bunFetch, bunStatic, denoServe } from './bun-and-deno.js'
import {
  calandria,
  calandriaEndOfTurn,
  calandriaLlhttp,
  calandriaPerResponse,
  calandriaWatched,
} from './calandria.js'
import { floor, floorData } from './floor.js'
import { goNetHttp } from './go.js'
import { fastify, hono, nodeHttp } from './node-servers.js'
import { aiohttp, asyncio, gevent, japronto, tornado, twisted, uvloop } from './python-servers.js'
import { type Subject } from './subject.js'
import { h2o, haproxy, lighttpd, nginx } from './web-servers.js'

/** In the order of the tables: the measure, what runs on Node.js, other runtimes, C, Go, Python. */
export const allSubjects: readonly Subject[] = [
  floor,
  floorData,
  nodeHttp,
  fastify,
  hono,
  calandria,
  calandriaPerResponse,
  calandriaEndOfTurn,
  calandriaLlhttp,
  calandriaWatched,
  bunFetch,
  bunStatic,
  denoServe,
  nginx,
  h2o,
  lighttpd,
  haproxy,
  goNetHttp,
  asyncio,
  uvloop,
  japronto,
  twisted,
  tornado,
  gevent,
  aiohttp,
]

/** Names of several subjects at once, for `--subjects`. */
export const subjectGroups: Readonly<Record<string, readonly string[]>> = {
  default: ['floor', 'node-http', 'fastify', 'calandria'],
  variants: allSubjects.map(({ name }) => name).filter((name) => name.startsWith('calandria')),
  lineage: allSubjects
    .map(({ name }) => name)
    .filter((name) => name !== 'floor-data' && !name.startsWith('calandria-')),
  all: allSubjects.map(({ name }) => name),
}
