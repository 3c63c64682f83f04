import { type ActName, actNames } from '../suite/act.js'

/** Where and as what a subject is to be started. */
export interface Place {
  readonly port: number
  readonly act: ActName
  /** The Node.js that runs programs of Node.js. */
  readonly node: string
  /** An empty directory of its own, for configuration; it is removed with the subject. */
  readonly directory: string
}

export interface Launch {
  readonly command: string
  readonly args: readonly string[]
}

/** A server that can be measured, and how to get and to start it. */
export interface Subject {
  readonly name: string
  /** What it is, in a line. */
  readonly about: string
  /** What to do where it isn't installed. */
  readonly install: string
  readonly acts: readonly ActName[]
  /** Why it has no other acts; a sentence about it, without its name. */
  readonly because?: string
  /** @returns undefined where it isn't installed */
  version(node: string): string | undefined
  /**
   * The environment of the process holds `PORT`, `ACT` and `REQUEST_BYTES` (the length of the requests, when all are of
   * one length).
   */
  launch(place: Place): Launch
  /** A program of Node.js that answers questions over IPC: see `programs/reporting.ts`. */
  readonly reports?: true
  /** Somebody's server, of which nobody knows what it answers: its first answer is the model of the others. */
  readonly isForeign?: true
  /** It runs already, and where. */
  readonly url?: URL
}

export const everyAct: readonly ActName[] = actNames
