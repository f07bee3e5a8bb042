// @ts-check

/**
 * Whether some calls settle before others. Unlike a maximum time, it does not depend on how busy the machine is.
 *
 * @param {Promise<unknown>[]} early must not reject
 * @param {Promise<unknown>[]} late must not reject
 * @returns {Promise<boolean>} whether none of the late ones has settled when all of the early ones have
 */
export async function settleBefore(early, late) {
  let settled = 0
  for (const call of late) call.then(() => settled++)
  await Promise.all(early)
  // Calls that settle in the same tick have been waiting for each other.
  await new Promise((resolve) => setImmediate(resolve))
  return settled === 0
}
