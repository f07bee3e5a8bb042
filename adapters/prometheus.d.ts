/// <reference types="node" />

export {
  contentType,
  type ExportedState,
  handler,
  type MetricsOptions,
  metrics,
  type PrometheusRegistry,
  type RegisterOptions,
  register,
  type StateCollection,
  type States,
} from '../types/adapters/prometheus.js'
export { RedisStateError } from '../types/errors.js'
