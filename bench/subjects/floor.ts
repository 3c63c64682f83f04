import { versionSaid } from './installed.js'
import { nodeProgram } from './node-program.js'
import { type Subject } from './subject.js'

const blind = {
  acts: ['hello', 'kilobyte', 'tenKilobytes', 'json'],
  because: 'it counts bytes, so all requests must be alike and can be answered at once',
  version: (node) => versionSaid(node, ['--version']),
} as const satisfies Partial<Subject>

export const floor = nodeProgram('floor', {
  ...blind,
  name: 'floor',
  about: 'node:net that answers without parsing, all connections reading into one buffer',
})

export const floorData = nodeProgram('floor-data', {
  ...blind,
  name: 'floor-data',
  about: "node:net that answers without parsing, with documented 'data' events",
})
