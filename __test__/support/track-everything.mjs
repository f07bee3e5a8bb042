// @ts-check
// From here on every adapter of this process has the servers report changes, so that its command connections use RESP3. To be
// imported before anything that loads the package.

import { createRequire } from 'node:module'

const loading = createRequire(import.meta.url)('../../lib/engines/native/load.js')
const { NativeStore, ...others } = loading.loadNative()

/** How many changes were reported. */
export const reported = { count: 0 }

class TrackingStore extends NativeStore {
  /** @param {any[]} args */
  constructor(...args) {
    args[7] ??= () => void reported.count++
    super(.../** @type {ConstructorParameters<typeof NativeStore>} */ (args))
  }
}

loading.loadNative = () => ({ ...others, NativeStore: TrackingStore })
