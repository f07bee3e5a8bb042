// @ts-check
// Expected times until calls fail, in milliseconds.

/**
 * How late a call may settle in a test. The contract has 250 ms; a thread that has to share a busy machine needs more,
 * and a call that hangs takes longer than this.
 */
export const MAX_LATENESS = 1000

/** Short, because tests wait for it to expire. */
export const commandTimeout = 600

/** The call fails when `commandTimeout` expires. */
export const inTime = within(commandTimeout)

/**
 * A call fails when its timeout expires.
 *
 * @param {number} timeout in milliseconds
 */
export function within(timeout) {
  return { from: timeout - 50, within: timeout + MAX_LATENESS }
}

/**
 * In place of `commandTimeout` if a server has to answer before it expires: a busy machine may give a process no CPU
 * time for a second or two.
 */
export const patientTimeout = 3000

/** The call fails when `patientTimeout` expires. */
export const inPatientTime = { from: patientTimeout - 50, within: patientTimeout + MAX_LATENESS }

/** The call fails because of what a server does, long before the default `commandTimeout` expires. */
export const soon = { within: 4000 }

/** The call fails without waiting. */
export const atOnce = { within: 500 }
