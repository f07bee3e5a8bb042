import { Keyv } from 'keyv'
import adapter from './keyv.js'

export const { KeyvRedis, RedisErrorMessages, defaultReconnectStrategy } = adapter
// With the class that modules import: the one that `require` returns is another.
export const { createKeyv, createKeyvNonBlocking } = adapter.creating(() => Keyv)
export { Keyv, KeyvRedis as default }
