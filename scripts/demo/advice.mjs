// @ts-check
// Advice for a failure of the demo.

const unreachable = 'The store does not answer: start it, or unset REDIS_URL to let the demo choose one.'

/** @type {Record<string, string>} */
const remedies = {
  ERR_CONNECTION: unreachable,
  ERR_COMMAND_TIMEOUT: unreachable,
  ERR_AUTH: 'Give user and password in the url: REDIS_URL=redis://user:password@host:port npm run demo',
  ERR_INVALID_CONFIG: 'Correct REDIS_URL, for example: REDIS_URL=redis://localhost:6379 npm run demo',
  ERR_REPLY: 'The server refuses a command: it has to be Redis 6.2 or later, or Valkey, and the user allowed to write.',
  ERR_UNSUPPORTED: 'The server lacks a command: use Redis 6.2 or later, or Valkey.',
}

/**
 * @param {unknown} error
 * @param {import('./store.mjs').Store} store
 */
export function advice(error, store) {
  const { code = '', message } = /** @type {{ code?: string, message: string }} */ (error)
  const remedy = remedies[code] ?? 'Run it again; if it stops again, please report it.'
  return `${message} ${code && `(${code})`}\nStore: ${store.title}\n${remedy}`
}
