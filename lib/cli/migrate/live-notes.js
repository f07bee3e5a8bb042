// @ts-check
'use strict'

/** How the engine names its remedy, an option that `migrate` does not have. */
const REMEDY_OF_WATCH = /; set it to ("[^"]*") there, or watch with configure: true$/
const REMEDY = '. To get them reported: CONFIG SET notify-keyspace-events $1 at the source'

const MISSED =
  'Changes of the source may have been missed, as its server reported too many, a connection was lost, or the migration was ' +
  'continued. Repeat the command without --no-verify.'

/** Says how changes are found that the source does not report. @param {string} why @param {{ verifies: boolean }} options */
function unwatchedNote(why, { verifies }) {
  const reason = why.replace(/\.$/, '').replace(REMEDY_OF_WATCH, REMEDY)
  return verifies
    ? `Changes of the source are found by the comparison only: ${reason}.`
    : `Changes of the source are not found: ${reason}. Without --no-verify, the comparison finds them.`
}

module.exports = { MISSED, unwatchedNote }
