// @ts-check
// When calls may fail, in milliseconds.

/** Short, for tests that wait for it. */
export const commandTimeout = 600

/** At the end of that. */
export const inTime = { from: commandTimeout - 50, within: commandTimeout + 250 }

/** Without waiting for anything. */
export const atOnce = { within: 250 }
