import { inPeers, packageVersion, peersDirectory, versionSaid } from './installed.js'
import { nodeProgram } from './node-program.js'
import { everyAct, type Subject } from './subject.js'

export const nodeHttp = nodeProgram('node-http', {
  name: 'node-http',
  about: 'node:http',
  version: (node) => versionSaid(node, ['--version']),
})

export const fastify = nodeProgram('fastify', {
  name: 'fastify',
  about: 'Fastify, one route',
  version: () => packageVersion('fastify', 'project'),
})

export const hono: Subject = {
  name: 'hono',
  about: 'Hono on Node.js, one route',
  install: inPeers,
  acts: everyAct,
  version: () => packageVersion('hono', 'peers'),
  launch: ({ node }) => ({ command: node, args: [`${peersDirectory}hono.mjs`] }),
}
