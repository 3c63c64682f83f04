// Offloads work that never ends to a process (a stubborn one ignores SIGTERM), and exits; or gives up its worker and ends by itself.
import { readFile } from 'node:fs/promises'
import { offload } from '../../../dist/index.js'

const [how, file] = process.argv.slice(2)
const work = new URL('work.mjs', import.meta.url)
if (how === 'idle') {
  console.log(await offload(work, { what: 'double', value: 21 }))
} else {
  const what = how === 'stubborn' ? how : 'forever'
  void offload(work, { what, file }, { kind: 'process' })
  let pid = ''
  while (pid === '') pid = await readFile(file, 'utf8').catch(() => '')
  process.exit(0)
}
