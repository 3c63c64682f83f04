import { type Place } from '../suite/ask.js'

/** What the pipelining client is told, on its standard input. */
export interface Task {
  readonly place: Place
  /** `depth` requests. */
  readonly batch: string
  readonly depth: number
  readonly answerBytes: number
  readonly connections: number
  readonly seconds: number
}

/** What it prints. */
export interface Done {
  readonly requests: number
  readonly seconds: number
}
