// @ts-check
'use strict'

const { join } = require('node:path')

/** The folder of this package. The published files of `lib/` are in the same folder as this one, so that it is the same for both. */
const packageFolder = join(__dirname, '..')

/** The version of this package. Read only if the native code comes from another package. */
function packageVersion() {
  return require('../package.json').version
}

module.exports = { packageFolder, packageVersion }
