import all from './inspector.js'

export const { RedisStateError, inspector } = all
