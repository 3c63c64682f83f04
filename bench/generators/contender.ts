/** What every generator is asked to do. */
export interface Attack {
  readonly url: string
  readonly connections: number
  readonly depth: number
  readonly seconds: number
  /** Requests per second; `null`: as many as it can. */
  readonly rate: number | null
}

/** What a generator says of it; `null` where it doesn't say. Milliseconds. */
export interface Findings {
  readonly responses: number
  readonly seconds: number
  readonly mean: number | null
  readonly p50: number | null
  readonly p99: number | null
  readonly max: number | null
}

/** A load generator as a command. */
export interface Contender {
  readonly name: string
  /** What it verifies of each response, in its own words or those of its sources. */
  readonly verifies: string
  /** @returns `null` when it is not installed */
  version(): string | null
  /** @param folder for files; empty */
  command(attack: Attack, folder: string): readonly [string, readonly string[]]
  /** @throws when the output is not what it was expected to be */
  read(output: string, attack: Attack, folder: string): Findings
}
