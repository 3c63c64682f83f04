// Offloads work that never ends to a process, and exits; or gives up its worker and ends by itself.
import { readFile } from 'node:fs/promises'
import { offload } from '../../../dist/index.js'

const [how, file] = process.argv.slice(2)
const work = new URL('work.mjs', import.meta.url)
if (how === 'idle') {
  console.log(await offload(work, { what: 'double', value: 21 }))
} else {
  void offload(work, { what: 'forever', file }, { kind: 'process' })
  let pid = ''
  while (pid === '') pid = await readFile(file, 'utf8').catch(() => '')
  process.exit(0)
}
