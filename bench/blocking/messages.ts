import type { Holds } from './hold-meter.js'
import type { WorstCase } from './worst-case.js'

/** What the harness asks of a subject and of the load. Each is answered when it is done. */
export type Order = 'begin' | 'act' | 'end' | 'send'

/** What a subject and the load answer. */
export interface Answer {
  readonly port?: number
  readonly holds?: Holds
}

/** Answers each order over IPC, and ends with the harness. */
export function obey(perform: (order: Order) => Answer | Promise<Answer>): void {
  process.on('message', (order: Order) => {
    void Promise.resolve(perform(order)).then((answer) => process.send?.(answer))
  })
  process.on('disconnect', () => process.exit())
}

/** Ready: the harness may give its first order. */
export function reportReady(answer: Answer = {}): void {
  process.send?.(answer)
}

/** The case that this process was started for. */
export function caseFrom(argument: string | undefined): WorstCase {
  return JSON.parse(argument ?? '') as WorstCase
}
