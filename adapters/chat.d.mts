export * from './chat.js'
