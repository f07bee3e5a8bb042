// @ts-check
// Runs tests with another binary than the one that `npm run build` made. The package itself has no setting for that.

import { fileURLToPath } from 'node:url'

const preload = fileURLToPath(new URL('other-binary.cjs', import.meta.url))

/** Environment variables of a process that loads this binary. @param {string} binary */
export function usingBinary(binary) {
  const options = `${process.env.NODE_OPTIONS ?? ''} --require ${JSON.stringify(preload)}`
  return { NODE_OPTIONS: options.trim(), OTHER_BINARY: binary }
}
