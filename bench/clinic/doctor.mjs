/**
 * `npm run clinic:doctor`: clinic doctor looks at the server under the mixed load, where it must find no issue of the event
 * loop, and at the demo whose handler blocks, where it must; there the watchdog names the line. Its own verdict counts.
 */
import { readFile } from 'node:fs/promises'
import { install, look, start } from './clinic.mjs'
import { blockingLoad, mixedLoad } from './load.mjs'

const SECONDS = 8
const seed = Number(process.env['CALANDRIA_SEED'] ?? Date.now() % 0x1_0000_0000)

await install()
console.log(`mixed load, seed ${seed}`)
const mixed = await diagnose('mixed', (port) => mixedLoad(port, SECONDS, seed))
const blocked = await diagnose('block', (port) => blockingLoad(port, SECONDS))
const culprit = await nameCulprit()
console.log(`the watchdog names: ${culprit}`)

const findings = [
  mixed.isLoopHeld ? 'doctor finds an issue of the event loop under the mixed load' : null,
  blocked.isLoopHeld ? null : 'doctor finds no issue of the event loop where a handler blocks',
  /demo-routes\.ts/.test(culprit) ? null : 'the watchdog does not name the line',
].filter((finding) => finding !== null)
console.log(findings.length === 0 ? 'all as it should be' : findings.join('\n'))
process.exitCode = findings.length === 0 ? 0 : 1

async function diagnose(what, load) {
  const { done, report } = await look('doctor', what, load)
  const html = await readFile(report, 'utf8')
  const { issues, issueCategory } = analysisIn(html)
  const delays = [...html.matchAll(/"?\bdelay"?:\s*([\d.]+(?:e-?\d+)?)/g)].map(([, ms]) => Number(ms))
  const sorted = delays.sort((a, b) => a - b)
  const [median, most] = [sorted[sorted.length >> 1], sorted.at(-1)].map((ms) => ms?.toFixed(1))
  console.log(
    `${what}: asked ${done} times; delays of ${median} ms (median) and ${most} ms (most)\n` +
      `  doctor says "${issueCategory}": ${JSON.stringify(issues)}\n  ${report}`,
  )
  return { isLoopHeld: issues.delay !== 'none' || issues.loopUtilization !== 'none' }
}

/** What doctor has found out stands in its page, as JSON or as JavaScript, for the charts. */
function analysisIn(html) {
  const [, issues] = /issues:?"?:?\s*(\{[^{}]*memory[^{}]*\{[^{}]*\}[^{}]*\})/.exec(html) ?? []
  const [, category] = /"?issueCategory"?:\s*"([a-z-]+)"/.exec(html) ?? []
  if (issues === undefined || category === undefined) throw new Error('there is no analysis in the report')
  return { issues: JSON.parse(issues.replace(/([{,]\s*)(\w+):/g, '$1"$2":')), issueCategory: category }
}

async function nameCulprit() {
  const { child, port, lines } = await start(['block', 'watched'])
  try {
    await (await fetch(`http://127.0.0.1:${port}/block/200`)).text()
    for (let turns = 0; turns < 500 && !lines.some((line) => line.startsWith('culprit ')); turns++)
      await new Promise((resolve) => setTimeout(resolve, 10))
    return lines.find((line) => line.startsWith('culprit ')) ?? 'nobody'
  } finally {
    child.kill('SIGKILL')
  }
}
