/// <reference types="node" />

export { type InspectorHandler, type InspectorOptions, inspector } from '../types/adapters/inspector.js'
export { RedisStateError } from '../types/errors.js'
