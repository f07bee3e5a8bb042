// @ts-check
'use strict'

const { types } = require('node:util')
const { OPERATIONS, READ_COMMAND, StateCall } = require('../engines/call.js')
const { invalidArgument, unsupported, unsupportedText } = require('../errors.js')
const { NO_OPTIONS } = require('../input/call-options.js')
const { received } = require('../input/received.js')
const tracing = require('../observability/tracing.js')
const { infoOf, textOf } = require('./command-table.js')

/**
 * @typedef {import('./dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('./command-table.js').Argument} Argument
 * @typedef {import('../engines/call.js').CommandInput} CommandInput
 * @typedef {Record<string, any>} Options
 */

const MAX_ARGUMENTS = 1_000_000
const MAX_COMMANDS = 1000

/** @param {Dispatcher} dispatcher @param {unknown} args @param {unknown} options */
function command(dispatcher, args, options) {
  return send(dispatcher, 'command', options, (all) => {
    const parts = argumentsOf(args, 'args')
    const info = checkedInfo(parts, 'args')
    return {
      form: 'one',
      command: info.name,
      commands: [parts],
      isPartial: info.isPartial,
      shapes: shapesOf([info]),
      ...keyOf(all, info.keyAt(parts)),
    }
  })
}

/** @param {Dispatcher} dispatcher @param {unknown} list @param {unknown} options */
function commands(dispatcher, list, options) {
  return send(dispatcher, 'commands', options, (all) => {
    const units = listOf(list, 'commands', MAX_COMMANDS).map((args, index) => argumentsOf(args, `commands[${index}]`))
    const infos = units.map((parts, index) => checkedInfo(parts, `commands[${index}]`))
    return {
      form: 'unit',
      command: infos[0].name,
      commands: units,
      isPartial: infos.some((info) => info.isPartial),
      shapes: shapesOf(infos),
      ...keyOf(all, keyInUnit(units, infos)),
    }
  })
}

/** @param {Dispatcher} dispatcher @param {unknown} source @param {unknown} options */
function script(dispatcher, source, options) {
  return send(dispatcher, 'script', options, (all) => {
    if (typeof source !== 'string' || source === '')
      throw invalidArgument(`script: expected the source of a Lua script, got ${received(source)}`)
    const keys =
      all.keys === undefined
        ? []
        : listOf(all.keys, 'options.keys').map((key, index) => argument(key, `options.keys[${index}]`))
    const args =
      all.args === undefined
        ? []
        : listOf(all.args, 'options.args').map((arg, index) => argument(arg, `options.args[${index}]`))
    const parts = [argument(source, 'script'), ...keys, ...args]
    return {
      form: 'script',
      isPartial: true,
      keys: keys.length,
      commands: [parts],
      ...keyOf(all, keys.length > 0 ? 1 : undefined),
    }
  })
}

/**
 * @param {Dispatcher} dispatcher
 * @param {'command' | 'commands' | 'script'} method
 * @param {unknown} options
 * @param {(all: Options) => CommandInput} makeInput may throw
 * @returns {Promise<any>}
 */
function send(dispatcher, method, options, makeInput) {
  const { engine, guard } = dispatcher
  try {
    const { all, signal } = options === undefined ? NO_OPTIONS : dispatcher.options(method, options)
    const call = callOf(dispatcher, method, all, makeInput)
    if (signal === undefined && !tracing.isObserved(tracing.commands)) return engine.execute(call)
    const target = { operation: method, key: call.key, writes: call.operation.writes }
    return guard.traced({ operation: method, key: call.key }, () =>
      guard.interruptible(target, { signal }, () => engine.execute(call)),
    )
  } catch (error) {
    return guard.reject(error, { operation: method, writes: true })
  }
}

/**
 * @param {Dispatcher} dispatcher
 * @param {string} method
 * @param {Options} all
 * @param {(all: Options) => CommandInput} makeInput
 */
function callOf({ engine }, method, all, makeInput) {
  const { operations, reasons, movesEntries } = engine.capabilities
  if (!operations.has(OPERATIONS.command.name)) throw unsupported(unsupportedText(method, reasons))
  const input = makeInput(all)
  if (all.encoding === 'bytes') input.bytes = true
  if (movesEntries && input.keyAt === undefined && input.key === undefined)
    throw invalidArgument(
      `options.key: required in a cluster, as ${input.command ?? 'the script'} has no key that says which node gets it`,
    )
  const operation = all.retry === 'read' ? READ_COMMAND : OPERATIONS.command
  const call = new StateCall(operation, /** @type {any} */ (undefined), keyTextOf(input))
  if (method !== operation.name) call.method = method
  call.input = input
  return call
}

/** The key for errors. @param {CommandInput} input @returns {any} */
function keyTextOf({ key, keyAt, commands }) {
  if (key === undefined && keyAt === undefined) return undefined
  return textOf(key ?? commands.flat()[/** @type {number} */ (keyAt)])
}

/** @param {Options} all @param {number | undefined} keyAt */
function keyOf({ key }, keyAt) {
  return key === undefined ? { keyAt } : { key: argument(key, 'options.key') }
}

/**
 * @param {Argument[][]} units
 * @param {ReturnType<typeof infoOf>[]} infos
 * @returns {number | undefined} the index of the first key among all arguments
 */
function keyInUnit(units, infos) {
  let start = 0
  for (const [index, parts] of units.entries()) {
    const at = infos[index].keyAt(parts)
    if (at !== undefined) return start + at
    start += parts.length
  }
  return undefined
}

/** @param {ReturnType<typeof infoOf>[]} infos */
function shapesOf(infos) {
  return infos.some(({ shape }) => shape !== undefined) ? infos.map(({ shape }) => shape) : undefined
}

/** @param {Argument[]} parts @param {string} at */
function checkedInfo(parts, at) {
  const info = infoOf(/** @type {string} */ (parts[0]))
  const refusal = info.refusal(parts)
  if (refusal !== undefined) throw invalidArgument(`${at}: ${info.name} is refused: ${refusal}`)
  parts[0] = info.name
  return info
}

/** @param {unknown} args @param {string} at @returns {Argument[]} */
function argumentsOf(args, at) {
  const list = listOf(args, at)
  if (typeof list[0] !== 'string' || list[0] === '')
    throw invalidArgument(`${at}[0]: expected the name of a command, got ${received(list[0])}`)
  const parts = new Array(list.length)
  for (let index = 0; index < list.length; index += 1) parts[index] = argument(list[index], `${at}[${index}]`)
  return parts
}

/** @param {unknown} list @param {string} at @returns {readonly any[]} */
function listOf(list, at, max = MAX_ARGUMENTS) {
  if (!Array.isArray(list)) throw invalidArgument(`${at}: expected an array, got ${received(list)}`)
  if (list.length === 0 && !at.startsWith('options.'))
    throw invalidArgument(`${at}: expected at least one element, got none`)
  if (list.length > max) throw invalidArgument(`${at}: expected at most ${max} elements, got ${list.length}`)
  return Array.from(list)
}

/** @param {any} value @param {string} at @returns {Argument} */
function argument(value, at) {
  if (typeof value === 'string') {
    if (value.isWellFormed()) return value
    throw invalidArgument(`${at}: has a lone surrogate, which UTF-8 cannot represent`)
  }
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'bigint') return String(value)
  if (types.isUint8Array(value)) return value
  throw invalidArgument(`${at}: expected a string, a finite number, a bigint or a Uint8Array, got ${received(value)}`)
}

module.exports = { command, commands, script }
