// @ts-check
'use strict'

const { RedisStateError } = require('../errors.js')
const { suggestionFor } = require('../input/suggestion.js')
const { packageVersion } = require('../package.js')
const { COMMANDS } = require('./commands.js')
const { EXIT } = require('./exit-codes.js')
const { GLOBAL } = require('./global-options.js')
const { helpOf, overview } = require('./help.js')
const { BrokenPipe, Output } = require('./output.js')
const { checkOperands, indexOfCommand, parse } = require('./parse.js')
const { jsonText } = require('./terminal.js')
const { UsageError } = require('./usage-error.js')

/**
 * @typedef {import('./command.js').Io} Io
 * @typedef {import('./command.js').Command} Command
 */

/**
 * Runs a command line. Never rejects: a failure is printed, and becomes the exit code.
 *
 * @param {string[]} argv without the name of the program
 * @param {Io} io
 * @returns {Promise<number>} the exit code
 */
async function run(argv, io) {
  const stop = new AbortController()
  const signal = io.signal === undefined ? stop.signal : AbortSignal.any([io.signal, stop.signal])
  const isJson = argv.slice(0, indexOfEnd(argv)).includes('--json')
  const output = new Output(io, { json: isJson, onBroken: () => stop.abort() })
  try {
    const code = await runCommand(argv, { io, output, signal })
    await output.end()
    return code ?? EXIT.ok
  } catch (error) {
    return exitCodeOf(output.failure ?? error, { io, output })
  }
}

/** Where the operands begin that are no options, whatever they look like. @param {string[]} argv */
function indexOfEnd(argv) {
  const index = argv.indexOf('--')
  return index === -1 ? argv.length : index
}

/**
 * @param {string[]} argv
 * @param {{ io: Io, output: Output, signal: AbortSignal }} surroundings
 * @returns {Promise<number | void>}
 */
async function runCommand(argv, { io, output, signal }) {
  const index = indexOfCommand(argv, GLOBAL)
  if (index === -1) return withoutCommand(argv, output)
  const rest = argv.toSpliced(index, 1)
  const name = argv[index]
  if (name === 'help') return runCommand([...rest, '--help'], { io, output, signal })
  const command = commandOf(name)
  const { options, operands } = parse(rest, { ...GLOBAL, ...command.options })
  if (options.help) return output.lines(helpOf(name, command))
  if (options.version) return output.line(packageVersion())
  checkOperands(operands, command.operands)
  const context = { options, operands, io, output, signal }
  if (command.opensItself) return command.run(/** @type {any} */ (context))
  const { openState } = require('./connection.js')
  const { state, close } = await openState(options, io.env, { ...command.connection, signal })
  try {
    return await command.run({ ...context, state })
  } finally {
    await close()
  }
}

/** @param {string[]} argv @param {Output} output */
async function withoutCommand(argv, output) {
  const { options } = parse(argv, GLOBAL)
  if (options.version) return output.line(packageVersion())
  if (options.help) return output.lines(overview())
  throw new UsageError('the command is missing', `There are ${Object.keys(COMMANDS).join(', ')}. Add --help for more.`)
}

/** @param {string} name @returns {Command} */
function commandOf(name) {
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name].load()
  const closest = suggestionFor(name, Object.keys(COMMANDS))
  const remedy = closest?.startsWith('Did you mean') ? closest : `There are ${Object.keys(COMMANDS).join(', ')}.`
  throw new UsageError(`unknown command ${JSON.stringify(name)}`, remedy)
}

/**
 * Prints a failure.
 *
 * @param {unknown} error
 * @param {{ io: Io, output: Output }} surroundings
 */
function exitCodeOf(error, { io, output }) {
  if (error instanceof BrokenPipe || output.isBroken) return EXIT.brokenPipe
  if (io.signal?.aborted) return EXIT.interrupted
  const failure = error instanceof Error ? error : new Error(String(error))
  if (output.isJson) io.stderr.write(`${jsonText({ error: jsonOf(failure) })}\n`)
  else output.note(`redis-state-adapter: ${failure.message}${codeOf(failure)}`)
  return error instanceof UsageError ? EXIT.usage : EXIT.failed
}

/** @param {Error & { code?: unknown }} error */
function jsonOf(error) {
  if (error instanceof RedisStateError) return error.toJSON()
  const { name, message, code } = error
  return typeof code === 'string' ? { name, message, code } : { name, message }
}

/** @param {Error & { code?: unknown }} error */
function codeOf(error) {
  return error instanceof UsageError || typeof error.code !== 'string' ? '' : ` (${error.code})`
}

module.exports = { run }
