/** What a subject and the harness say to each other over IPC. */
export interface Ready {
  readonly port: number
  readonly nodeVersion: string
}

export type Question = 'now' | 'after gc'

export interface Report {
  readonly userUs: number
  readonly kernelUs: number
  readonly rssBytes: number
}

/** Tells the harness where the subject listens, and from then on answers what it used. */
export function reportToHarness(port: number): void {
  process.on('message', (question: Question) => {
    if (question === 'after gc') collectThen(report)
    else report()
  })
  // a harness that was killed must not leave servers behind
  process.on('disconnect', () => process.exit())
  process.send?.({ port, nodeVersion: process.version } satisfies Ready)
}

function report(): void {
  const { user, system } = process.cpuUsage()
  process.send?.({ userUs: user, kernelUs: system, rssBytes: process.memoryUsage.rss() } satisfies Report)
}

/** Twice with a pause: V8 gives pages back from a background thread, and finalizers free more. */
function collectThen(done: () => void): void {
  if (globalThis.gc === undefined) throw new Error('a subject needs --expose-gc')
  globalThis.gc()
  setTimeout(() => {
    globalThis.gc?.()
    setTimeout(done, 200)
  }, 200)
}
