// @ts-check
'use strict'

// Loads the binary that OTHER_BINARY names in place of the built one, in a process that was started with this file as
// `--require`, and in its children and workers.

const { Module } = /** @type {any} */ (require('node:module'))

Module._extensions['.node'] = (/** @type {NodeJS.Module} */ module, /** @type {string} */ file) => {
  const isOurs = file.includes('redis-state-adapter.')
  process.dlopen(module, isOurs ? /** @type {string} */ (process.env.OTHER_BINARY) : file)
}
