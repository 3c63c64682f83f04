import type { LoadProgress } from './load-progress.js'

const BAR_WIDTH = 24

/** @returns one line, `columns` wide at most */
export function progressLine(progress: LoadProgress, columns: number): string {
  const { phase, elapsedMs, totalMs, connectionsOpen, responsesPerSecond, p50, p99, errors } = progress
  const share = Math.min(1, totalMs === 0 ? 1 : elapsedMs / totalMs)
  const full = Math.round(share * BAR_WIDTH)
  const line = [
    `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${Math.floor(share * 100)} %`,
    phase,
    `${connectionsOpen} open`,
    `${Math.round(responsesPerSecond).toLocaleString('en')}/s`,
    `p50 ${p50.toFixed(2)} ms`,
    `p99 ${p99.toFixed(2)} ms`,
    `${errors} errors`,
  ].join('  ')
  return line.slice(0, columns)
}

/** One line of a terminal, written anew each time. */
export class TerminalProgress {
  readonly #terminal: { readonly columns?: number; write(text: string): unknown }
  #isShown = false

  constructor(terminal: { readonly columns?: number; write(text: string): unknown }) {
    this.#terminal = terminal
  }

  show(progress: LoadProgress): void {
    this.#isShown = true
    const { columns = 80 } = this.#terminal
    this.#terminal.write(`\r\x1b[K${progressLine(progress, columns - 1)}`)
  }

  clear(): void {
    if (this.#isShown) this.#terminal.write('\r\x1b[K')
    this.#isShown = false
  }
}
