// @ts-check

/**
 * Collects the process warnings until the end of the test instead of printing them. Node.js delivers a warning one turn
 * of the event loop after it is emitted.
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
