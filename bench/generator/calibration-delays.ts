/** Every response comes so long after its request. */
export const DELAY_MS = 100
/** Nothing comes for so long, once in every period. */
export const STALL_MS = 1000
export const STALL_PERIOD_MS = 10_000
/** How far what is measured may be from what is known. */
export const TOLERANCE = 0.02
