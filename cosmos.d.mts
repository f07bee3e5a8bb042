export * from './cosmos.js'
