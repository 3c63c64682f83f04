/** `npm run clinic:flame`: clinic flame draws where the server's time goes under the mixed load. */
import { readFile } from 'node:fs/promises'
import { install, look } from './clinic.mjs'
import { mixedLoad } from './load.mjs'

const SECONDS = 8
const seed = Number(process.env['CALANDRIA_SEED'] ?? Date.now() % 0x1_0000_0000)

await install()
const { done, report } = await look('flame', 'mixed', (port) => mixedLoad(port, SECONDS, seed))
const frames = new Set((await readFile(report, 'utf8')).match(/dist\/[a-z]+\/[\w/-]+\.js/g) ?? [])
console.log(`${done} conversations, seed ${seed}; ${frames.size} of our files were seen at work\n  ${report}`)
process.exitCode = frames.size > 0 ? 0 : 1
