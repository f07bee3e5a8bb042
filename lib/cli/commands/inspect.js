// @ts-check
'use strict'

const { once } = require('node:events')
const { openState, openStores } = require('../connection.js')
const { wholeNumber } = require('../option-values.js')
const { UsageError } = require('../usage-error.js')

/**
 * @typedef {import('../command.js').Context} Context
 * @typedef {import('../command.js').Options} Options
 */

const HOSTS = ['127.0.0.1', '::1', 'localhost']
const DEFAULT_TIMEOUT = 60_000

/** @type {import('../command.js').Command} */
const inspect = {
  operands: [],
  options: {
    port: { value: '<n>', does: 'Port on this machine. Default: any free one', read: wholeNumber(0, 65_535) },
    host: { value: '<host>', does: `One of ${HOSTS.join(', ')}. Default: 127.0.0.1`, read: loopback },
    write: { does: 'Entries can be changed and deleted' },
    configure: { does: 'Switches keyspace notifications on, if they are off' },
  },
  notes: [
    'Prints the address of the page, with a token that opens it, and serves it on this machine until Ctrl-C.',
    'With --config and without --store, the page has all stores. See docs/inspector.md.',
  ],
  examples: ['inspect', 'inspect --port 8080 --write', 'inspect --config components --environment production'],
  opensItself: true,
  async run({ options, output, io, signal }) {
    const opened = await openTarget(options, io.env)
    try {
      const server = await serve(opened.target, options)
      try {
        await output.result({ url: server.url }, () => [server.url])
        if (output.isTerminal) output.note('Press Ctrl-C to end.')
        // Ctrl-C is the way to end it, so it is no failure.
        if (!signal.aborted) await once(signal, 'abort')
      } finally {
        await server.close()
      }
    } finally {
      await opened.close()
    }
  },
}

/** @param {Options} options @param {Context['io']['env']} env */
async function openTarget(options, env) {
  if (options.config !== undefined && options.store === undefined) {
    const stores = await openStores(options, env)
    return { target: stores, close: () => stores.close({ timeout: 0 }) }
  }
  const { state, close } = await openState(options, env, { keepsIndexes: options.write })
  return { target: state, close }
}

/** @param {Awaited<ReturnType<typeof openTarget>>['target']} target @param {Options} options */
async function serve(target, { host = HOSTS[0], port = 0, write, configure, store, timeout = DEFAULT_TIMEOUT }) {
  // Its code is in a file of its own, as that of the handler.
  const { serveLocally } = require('../../inspector/local-server.js')
  const named = store === undefined ? {} : { name: store }
  try {
    const page = { ...named, writable: write === true, configure: configure === true, timeout }
    return await serveLocally(target, { host, port, ...page })
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    const why = code === 'EADDRINUSE' ? 'is in use' : 'needs the rights of an administrator'
    throw new UsageError(`--port ${port}: the port ${why}`, 'Choose another one, or omit --port.')
  }
}

/** @param {string} text @param {string} option */
function loopback(text, option) {
  if (HOSTS.includes(text)) return text
  const remedy =
    'For access from another machine, forward the port with ssh -L, or mount the handler in an application with logins.'
  throw new UsageError(`${option}: expected one of ${HOSTS.join(', ')}: the page is only for this machine`, remedy)
}

module.exports = inspect
