// @ts-check
'use strict'

const { milliseconds } = require('./option-values.js')

/** @typedef {import('./command.js').OptionSpec} OptionSpec */

/** How every command finds the store. @type {Record<string, OptionSpec>} */
const CONNECTION = {
  url: {
    value: '<url>',
    short: 'u',
    does: 'Server: redis://, rediss://, unix://. Default: REDIS_URL and the other variables',
  },
  options: {
    value: '<file>',
    does: 'JSON file with the options of RedisStateAdapter (docs/options.md), also for secrets',
  },
  store: { value: '<name>', does: 'Store or role of --config' },
  config: {
    value: '<path>',
    does: 'Stores by name: a JSON file, a component file, or a folder of them (docs/stores.md)',
  },
  environment: { value: '<name>', does: 'Environment of --config. Default: NODE_ENV' },
  prefix: { value: '<text>', does: 'Key prefix. Default: STATE_KEY_PREFIX, or motia:state:' },
  cluster: { does: 'The server is a node of a cluster' },
  'hash-tags': { does: 'Entries have the keys {<trace id>}:<key>' },
  index: { does: 'Entries have indexes (docs/index.md)' },
  timeout: { value: '<duration>', does: 'Longest time of one call, such as 10s. Default: 60s', read: milliseconds },
}

/** @type {Record<string, OptionSpec>} */
const GENERAL = {
  json: { does: 'Results, and errors, as JSON' },
  help: { short: 'h', does: 'This help' },
  version: { does: 'The version of the package' },
}

module.exports = { CONNECTION, GENERAL, GLOBAL: { ...CONNECTION, ...GENERAL } }
