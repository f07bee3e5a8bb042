import prometheus from './prometheus.js'

export const { RedisStateError, contentType, handler, metrics, register } = prometheus
