/**
 * What turns a reactor: on a real machine Node's own loop ({@link NodeDriver}); in tests nobody, then
 * `reactor.turn()` is called by hand. It is the only way by which the reactor can ask for anything from outside.
 */
export interface Driver {
  /** Called once, by the reactor: `turn` is to be called whenever a wake-up that was asked for comes. */
  attach(turn: () => void): void
  /** Asks for a turn as soon as the sockets have had their say. */
  wakeSoon(): void
  /** Asks for a turn in `delayMs` milliseconds, not earlier; replaces an earlier such request. */
  wakeIn(delayMs: number): void
  /** Takes the request of {@link wakeIn} back. */
  sleep(): void
  /** Takes an error that nobody handled: it must not vanish. */
  uncaught(error: unknown): void
  /** Tells people about something that is wrong but harmless. */
  warn(message: string): void
}
