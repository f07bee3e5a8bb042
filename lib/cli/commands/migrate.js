// @ts-check
'use strict'

const { openPlaces } = require('../migrate/open-places.js')
const { MigrationRun } = require('../migrate/run-migration.js')
const { checkApart } = require('../migrate/same-place.js')
const { TARGET } = require('../migrate/target-options.js')
const { NOT_JSON } = require('../migrate/value-text.js')
const { EntriesPlace } = require('../migrate/entries-place.js')
const { wholeNumber } = require('../option-values.js')
const { UsageError } = require('../usage-error.js')

/** @type {import('../command.js').Command} */
const migrate = {
  operands: [{ name: 'trace id', isOptional: true }],
  options: {
    ...TARGET,
    from: { value: '<layout>', does: 'Layout of the source: entries (default), iii (Motia 1.x), dapr' },
    to: { value: '<layout>', does: 'Layout of the target: entries (default), iii' },
    'trace-id': { value: '<id>', does: '--from dapr: the trace id of all keys' },
    separator: { value: '<text>', does: '--from dapr: between trace id and key. Default: a colon' },
    'not-json': {
      value: '<how>',
      does: 'Values that are not JSON: skip (default), or copy as a string: text, base64',
      read: readNotJson,
    },
    'drop-ttl': { does: '--to iii: copies entries that expire, without their ttl' },
    'if-absent': { does: 'Entries that the target has are kept' },
    'dry-run': { does: 'Prints what would be copied, and writes nothing' },
    checkpoint: { value: '<file>', does: 'Saves the position of the copy, so that --resume can continue it' },
    resume: { does: 'Continues the copy of --checkpoint' },
    passes: {
      value: '<n>',
      does: 'Maximum number of copies of an entry that differs. Default: 5',
      read: wholeNumber(1, 1000),
    },
    'no-verify': { does: 'Does not compare both sides after the copy' },
    'verify-only': { does: 'Compares both sides, and writes nothing' },
  },
  opensItself: true,
  notes: [
    'Copies all entries, or those of a trace, to another place: prefix, database, server, store or layout of keys.',
    'The source is not changed. What is equal is not written, so the command can be repeated.',
    'Then both sides are compared, and what was written meanwhile is copied again.',
    'Exit code 1: they differ, or entries were skipped.',
  ],
  examples: [
    'migrate --url redis://old --to-url redis://new --checkpoint copy.json',
    'migrate --url redis://old --to-url redis://new --checkpoint copy.json --resume',
    'migrate --prefix motia:state: --to-prefix app: --dry-run',
    'migrate --url redis://one --to-url redis://node --to-cluster --to-hash-tags',
    'migrate --from iii',
    "migrate --from dapr --prefix 'orders||' --to-prefix orders:",
    'migrate --config stores.json --store old --to-store new',
    'migrate --to-url redis://new --verify-only',
  ],
  async run(context) {
    const { options, io, operands } = context
    checkCombinations(options)
    const places = await openPlaces(options, io.env, operands[0])
    try {
      const isSamePrefix = await checkApart(places)
      for (const place of [places.source, places.target])
        if (place instanceof EntriesPlace) place.ignoresTagged = isSamePrefix && !place.hashTags
      return await new MigrationRun(context, places).run()
    } finally {
      await places.close()
    }
  },
}

/** @param {string} text @param {string} option */
function readNotJson(text, option) {
  if (NOT_JSON.includes(text)) return text
  throw new UsageError(`${option}: expected ${NOT_JSON.join(', ')}, got ${JSON.stringify(text)}`)
}

/** @param {import('../command.js').Options} options */
function checkCombinations(options) {
  for (const [one, other] of [
    ['dry-run', 'verify-only'],
    ['no-verify', 'verify-only'],
    ['to-hash-tags', 'to-no-hash-tags'],
    ['dry-run', 'resume'],
    ['verify-only', 'resume'],
  ]) {
    if (options[one] && options[other]) throw new UsageError(`--${one} cannot be combined with --${other}`)
  }
}

module.exports = migrate
