import session from './session.js'

export const { RedisStateError, RedisStore } = session
