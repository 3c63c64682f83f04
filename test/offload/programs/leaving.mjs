// Offloads work that never ends to a process (a stubborn one ignores SIGTERM), and exits; or gives up its worker and ends by itself.
import { readFile } from 'node:fs/promises'
import { offload } from '../../../dist/index.js'

const [how, file] = process.argv.slice(2)
const work = new URL('work.mjs', import.meta.url)
if (how === 'idle') {
  console.log(await offload(work, { what: 'double', value: 21 }))
} else {
  const what = how === 'exit' ? 'forever' : 'stubborn'
  const cancel = new AbortController()
  offload(work, { what, file }, { kind: 'process', signal: cancel.signal }).catch(() => undefined)
  let pid = ''
  while (pid === '') pid = await readFile(file, 'utf8').catch(() => '')
  if (how === 'cancelled') cancel.abort()
  process.exit(0)
}
