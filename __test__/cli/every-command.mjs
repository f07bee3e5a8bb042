// @ts-check
// A row for each command of the command line, from which `every-command.test.mjs` tests what all have in common.

/**
 * @typedef {object} Run
 * @property {import('../support/redis.mjs').Client} client of the server
 * @property {() => void} interrupt as Ctrl-C
 *
 * @typedef {object} Row
 * @property {string[]} argv that succeeds where the only entry is `a`, `1` with the value 1; without options of the connection
 * @property {string} [stdin]
 * @property {string[]} fields of the result with `--json`, of its elements, or of its lines
 * @property {'lines'} [json] the result is lines of JSON, with and without `--json`. Default: one line
 * @property {RegExp} [notes] what stderr has when it succeeds. Default: nothing
 * @property {(run: Run) => unknown} [onOutput] called with its first output, of a command that waits for something
 * @property {string[]} wrong arguments that fail on this server
 * @property {string} [wrongStdin]
 * @property {[exitCode: number, code: string]} failure
 * @property {number} [interrupted] the exit code after Ctrl-C while it connects. Default: 130
 * @property {boolean} [explainsConnections] a server that cannot be reached is a result
 */

const NO_FILE = '/none/there'
const LINE = '{"traceId":"b","key":"1","value":1}\n'

/** @type {Record<string, Row>} */
export const ROWS = {
  doctor: {
    argv: ['doctor'],
    fields: ['problems', 'warnings', 'findings'],
    wrong: ['doctor', '--options', NO_FILE],
    failure: [2, 'ERR_USAGE'],
    explainsConnections: true,
  },
  ls: {
    argv: ['ls', 'a'],
    fields: ['traceId', 'keys', 'more'],
    wrong: ['ls', '--limit', '0'],
    failure: [2, 'ERR_USAGE'],
  },
  get: {
    argv: ['get', 'a', '1'],
    fields: ['traceId', 'key', 'value'],
    wrong: ['get', 'a', 'corrupt'],
    failure: [1, 'ERR_CORRUPT_VALUE'],
  },
  set: {
    argv: ['set', 'a', '1', '1'],
    fields: ['traceId', 'key', 'written'],
    wrong: ['set', 'a', '1', '1', '--if-absent'],
    failure: [1, 'ERR_CONFLICT'],
  },
  rm: {
    argv: ['rm', 'a', '1'],
    fields: ['traceId', 'removed'],
    wrong: ['rm', 'a', '--all'],
    failure: [2, 'ERR_USAGE'],
  },
  ttl: {
    argv: ['ttl', 'a', '1'],
    fields: ['traceId', 'key', 'ttl'],
    wrong: ['ttl', 'a', '1', 'soon'],
    failure: [2, 'ERR_USAGE'],
  },
  query: {
    argv: ['query'],
    fields: ['items'],
    wrong: ['query', '--filter', '{"LIKE":{"n":1}}'],
    failure: [1, 'ERR_INVALID_ARGUMENT'],
  },
  watch: {
    argv: ['watch', '--limit', '1'],
    fields: ['type', 'traceId', 'key'],
    json: 'lines',
    notes: /^watching\n$/,
    onOutput: ({ client }) => client.set('motia:state:a:1', '2'),
    wrong: ['watch', 'a', '1', '--limit', '0'],
    failure: [2, 'ERR_USAGE'],
  },
  stats: {
    argv: ['stats'],
    fields: ['entries', 'traces', 'latency', 'largest'],
    wrong: ['stats', '--top', 'all'],
    failure: [2, 'ERR_USAGE'],
  },
  export: {
    argv: ['export'],
    fields: ['traceId', 'key', 'value', 'ttl'],
    json: 'lines',
    notes: /^1 exported\n$/,
    wrong: ['export', '--out', NO_FILE],
    failure: [1, 'ENOENT'],
  },
  import: {
    argv: ['import'],
    stdin: LINE,
    fields: ['imported', 'kept', 'before'],
    wrong: ['import'],
    wrongStdin: `${LINE}no line\n`,
    failure: [1, 'ERR_INVALID_ARGUMENT'],
  },
  migrate: {
    argv: ['migrate', '--to-prefix', 'copy:'],
    fields: [
      ...['copied', 'overwritten', 'equal', 'kept', 'recopied', 'removed', 'before', 'skipped'],
      ...['changes', 'compared', 'different', 'extra', 'differences'],
    ],
    notes: /^from [^\n]+\nto {3}[^\n]+\n$/,
    wrong: ['migrate', '--to-prefix', 'motia:state:'],
    failure: [2, 'ERR_USAGE'],
  },
  reindex: {
    argv: ['reindex', 'a'],
    fields: ['scanned', 'indexed'],
    wrong: ['reindex', 'a:b'],
    failure: [1, 'ERR_INVALID_ARGUMENT'],
  },
  inspect: {
    argv: ['inspect'],
    fields: ['url'],
    notes: /^(Press Ctrl-C to end\.\n)?$/,
    onOutput: ({ interrupt }) => interrupt(),
    interrupted: 0,
    wrong: ['inspect', '--host', '0.0.0.0'],
    failure: [2, 'ERR_USAGE'],
  },
  bench: {
    argv: ['bench', '--time', '5ms', '--in-flight', '2'],
    fields: ['operation', 'inFlight', 'perSecond', 'p50', 'p99'],
    wrong: ['bench', '--bytes', '1'],
    failure: [2, 'ERR_USAGE'],
  },
}
