// @ts-check
// Measures a new process, from the import of a candidate to its first result.

const [candidate, url] = process.argv.slice(2)
const start = performance.now()
const { open } = await import(`../clients/${candidate}.mjs`)
/** @type {import('../types.js').State} */
const state = await open(url)
await state.get('none', 'none')
process.send?.({ ms: performance.now() - start })
