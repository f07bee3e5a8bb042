// @ts-check
'use strict'

const { readFields } = require('../input/input.js')
const { any } = require('../input/option-kinds.js')
const { constructing } = require('./constructing.js')
const { openState } = require('./open-state.js')

/**
 * @typedef {import('../input/input.js').Fields} Fields
 * @typedef {import('./open-state.js').OpenedState} OpenedState
 */

/**
 * Reads the options of a store for another library, and opens the state that it works on: `client`.
 *
 * @param {Function} Class the class of the store, for errors
 * @param {unknown} options
 * @param {Fields} fields the options besides `client`
 * @returns {{ opened: OpenedState, options: Record<string, any> }}
 */
function openStore(Class, options, fields) {
  return constructing(
    Class,
    () => {
      const { client, ...read } = readFields(
        options ?? {},
        { client: any, ...fields },
        { at: 'options', noun: 'option' },
      )
      return { opened: openState(client), options: read }
    },
    'client',
  )
}

module.exports = { openStore }
