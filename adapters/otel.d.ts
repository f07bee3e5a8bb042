/// <reference types="node" />

export {
  type InstrumentationOptions,
  instrument,
  RedisStateInstrumentation,
} from '../types/adapters/otel.js'
export { RedisStateError } from '../types/errors.js'
