import { inPeers, peersDirectory, versionSaid } from './installed.js'
import { everyAct, type Subject } from './subject.js'

const bun = `${peersDirectory}node_modules/.bin/bun`
const deno = `${peersDirectory}node_modules/.bin/deno`

export const bunFetch: Subject = {
  name: 'bun-fetch',
  about: 'Bun.serve with a fetch handler',
  install: inPeers,
  acts: everyAct,
  version: () => versionSaid(bun, ['--version']),
  launch: () => ({ command: bun, args: [`${peersDirectory}bun-fetch.mjs`] }),
}

export const bunStatic: Subject = {
  ...bunFetch,
  name: 'bun-static',
  about: 'Bun.serve with a static route, which runs no JavaScript',
  acts: ['hello', 'kilobyte', 'tenKilobytes', 'json'],
  because: 'a static route has one ready answer',
  launch: () => ({ command: bun, args: [`${peersDirectory}bun-static.mjs`] }),
}

export const denoServe: Subject = {
  name: 'deno',
  about: 'Deno.serve',
  install: inPeers,
  acts: everyAct,
  version: () => versionSaid(deno, ['--version']),
  launch: () => ({
    command: deno,
    args: ['run', '--allow-net', '--allow-env', `${peersDirectory}deno.mjs`],
  }),
}
