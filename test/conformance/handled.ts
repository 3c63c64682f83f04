/** What an application under test has seen of a request; the applications for other servers write the same. */
export interface Handled {
  readonly method: string
  /** See `Understood`. */
  readonly target: string
  /** Names in lower case; lines of one name joined with a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** One character a byte; `null` where the application did not ask for it. */
  readonly body: string | null
  /** `null`: there were none; left out: the application can't see them. */
  readonly trailers?: Readonly<Record<string, string>> | null
  /** Whether it came whole: until then the application waits for its body. */
  readonly isComplete: boolean
}
