// @ts-check

/**
 * Warnings of the process from now to the end of the test; they are not printed. One that is emitted comes in the next
 * turn of the event loop.
 *
 * @param {import('node:test').TestContext} t
 */
export function collectWarnings(t) {
  /** @type {Error[]} */
  const warnings = []
  const printers = process.listeners('warning')
  process.removeAllListeners('warning').on('warning', (warning) => warnings.push(warning))
  t.after(() => {
    process.removeAllListeners('warning')
    for (const printer of printers) process.on('warning', printer)
  })
  return warnings
}
