/** The results of `llhttp_execute` that are told apart here (`ERROR` in llhttp's `constants.ts`; a test compares them). */
export const enum Errno {
  Ok = 0,
  UnexpectedContentLength = 4,
  ClosedConnection = 5,
  InvalidMethod = 6,
  InvalidUrl = 7,
  InvalidConstant = 8,
  InvalidVersion = 9,
  InvalidHeaderToken = 10,
  InvalidContentLength = 11,
  InvalidTransferEncoding = 15,
  /** A callback asked for it. */
  Paused = 21,
  /** Behind the head comes another protocol. */
  PausedUpgrade = 22,
  /** A callback has found a fault of its own. */
  User = 24,
}
