// @ts-check
'use strict'

/**
 * The commands. The file of a command is loaded when it runs.
 *
 * @type {Record<string, { does: string, load: () => import('./command.js').Command }>}
 */
const COMMANDS = {
  doctor: { does: 'Examines the server, and says what to do', load: () => require('./commands/doctor.js') },
  ls: { does: 'Lists the trace ids, or the keys of a trace', load: () => require('./commands/ls.js') },
  get: { does: 'Prints the value of an entry', load: () => require('./commands/get.js') },
  set: { does: 'Writes an entry', load: () => require('./commands/set.js') },
  rm: { does: 'Removes entries, or a whole trace', load: () => require('./commands/rm.js') },
  ttl: { does: 'Prints or changes when an entry expires', load: () => require('./commands/ttl.js') },
  query: { does: 'Finds entries by their values', load: () => require('./commands/query.js') },
  watch: { does: 'Prints changes of entries as they happen', load: () => require('./commands/watch.js') },
  stats: { does: 'Prints figures of the stored entries', load: () => require('./commands/stats.js') },
  export: { does: 'Writes entries to a file or to stdout', load: () => require('./commands/export.js') },
  import: { does: 'Reads entries from a file or from stdin', load: () => require('./commands/import.js') },
  migrate: { does: 'Copies entries to another place, and compares both', load: () => require('./commands/migrate.js') },
  reindex: {
    does: 'Adds entries to the indexes of their traces, or checks these',
    load: () => require('./commands/reindex.js'),
  },
  inspect: { does: 'Serves a page to look into the entries', load: () => require('./commands/inspect.js') },
  bench: { does: 'Measures calls on this server', load: () => require('./commands/bench.js') },
}

module.exports = { COMMANDS }
