import otel from './otel.js'

export const { RedisStateError, RedisStateInstrumentation, instrument } = otel
