import { ownVersion, packageVersion } from './installed.js'
import { nodeProgram } from './node-program.js'
import { type Subject } from './subject.js'

function variant(name: string, about: string, ...options: readonly string[]): Subject {
  return nodeProgram('calandria', { name, about, version: ownVersion }, ...options)
}

export const calandria = variant('calandria', 'Calandria as it is: scanner, flush at the end of a read')
export const calandriaPerResponse = variant(
  'calandria-per-response',
  'Calandria, every reply leaves at once',
  '--flush=per-response',
)
export const calandriaEndOfTurn = variant(
  'calandria-end-of-turn',
  'Calandria, replies leave at the end of the turn',
  '--flush=end-of-turn',
)
export const calandriaLlhttp: Subject = {
  ...variant('calandria-llhttp', 'Calandria with llhttp as its parser', '--parser=llhttp'),
  install: 'npm install undici',
  version: () => (packageVersion('undici', 'project') === undefined ? undefined : ownVersion()),
}
export const calandriaWatched = variant(
  'calandria-watched',
  'Calandria, with a watchdog that looks for stalls of 100 ms',
  '--watched',
)
