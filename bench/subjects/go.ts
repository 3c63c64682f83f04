import { existsSync } from 'node:fs'
import { inPeers, peersDirectory, versionSaid } from './installed.js'
import { everyAct, type Subject } from './subject.js'

const program = `${peersDirectory}build/go-net-http`

export const goNetHttp: Subject = {
  name: 'go-net-http',
  about: "Go's net/http",
  install: `${inPeers} debian go (golang-go)`,
  acts: everyAct,
  version: () => (existsSync(program) ? versionSaid('go', ['version', program]) : undefined),
  launch: () => ({ command: program, args: [] }),
}
