// @ts-check
'use strict'

const ASYNC = ['get', 'getMany', 'has', 'hasMany', 'set', 'setMany', 'delete', 'deleteMany', 'clear', 'disconnect']

/** What Keyv 6 finds out of a store by itself, and that it takes the end of a value. */
function capabilitiesForKeyv6() {
  const methods = ASYNC.map((name) => [name, { exists: true, methodType: 'async' }])
  const iterator = { exists: true, methodType: 'sync' }
  return {
    compatible: true,
    store: /** @type {const} */ ('keyvStorage'),
    methods: { ...Object.fromEntries(methods), iterator },
    expires: true,
  }
}

module.exports = { capabilitiesForKeyv6 }
