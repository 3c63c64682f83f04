// A watchdog without HTTP; ends by itself, or by process.exit() in the middle of a stall's report.
import { StallWatchdog } from '../../../dist/index.js'

const watchdog = new StallWatchdog({ limitMs: 40, onStall: (report) => console.log(JSON.stringify(report)) })
await watchdog.ready()

function holdTheLoop(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
}

if (process.argv[2] === 'exit') {
  holdTheLoop(60)
  process.exit(0)
}
if (process.argv[2] === 'stall') {
  holdTheLoop(400)
  await watchdog.settled()
}
console.log('done')
