// @ts-check
// `npm run demo`: two processes share the orders of a shop.

import { ensureBuilt } from './demo/build.mjs'

try {
  ensureBuilt()
  // Only now, as it needs the native part.
  const { play } = await import('./demo/play.mjs')
  const { chooseStore } = await import('./demo/store.mjs')
  await play(await chooseStore())
} catch (error) {
  console.error(`\nThe demo stopped: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
