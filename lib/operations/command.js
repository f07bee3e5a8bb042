// @ts-check
'use strict'

const { OPERATIONS, READ_COMMAND, StateCall, keyTextOf } = require('../engines/call.js')
const { invalidArgument, unsupported, unsupportedText } = require('../errors.js')
const { checkArgument, checkCount, checkList, checkName } = require('../input/command-arguments.js')
const { knownOptions } = require('../input/command-options.js')
const { received } = require('../input/received.js')
const { infoOf } = require('./command-table.js')

/**
 * @typedef {import('./dispatcher.js').Dispatcher} Dispatcher
 * @typedef {import('./command-table.js').CommandInfo} CommandInfo
 * @typedef {import('../engines/call.js').CommandInput} CommandInput
 * @typedef {Record<string, any>} Options
 * @typedef {(subject: any, options: Options) => CommandInput} MakeInput checks the arguments; may throw
 */

const MAX_COMMANDS = 1000

/** @param {Dispatcher} dispatcher @param {unknown} args @param {unknown} options */
function command(dispatcher, args, options) {
  return send(dispatcher, { method: 'command', subject: args, makeInput: inputOfOne }, options)
}

/** @param {Dispatcher} dispatcher @param {unknown} list @param {unknown} options */
function commands(dispatcher, list, options) {
  return send(dispatcher, { method: 'commands', subject: list, makeInput: inputOfUnit }, options)
}

/** @param {Dispatcher} dispatcher @param {unknown} lua @param {unknown} options */
function script(dispatcher, lua, options) {
  return send(dispatcher, { method: 'script', subject: lua, makeInput: inputOfScript }, options)
}

/**
 * @param {Dispatcher} dispatcher
 * @param {{ method: 'command' | 'commands' | 'script', subject: unknown, makeInput: MakeInput }} call
 * @param {unknown} options
 * @returns {Promise<any>}
 */
function send(dispatcher, { method, subject, makeInput }, options) {
  try {
    const { all, signal } = knownOptions(options) ?? dispatcher.options(method, options)
    const { capabilities } = dispatcher.engine
    if (!capabilities.operations.has(OPERATIONS.command.name))
      throw unsupported(unsupportedText(method, capabilities.reasons))
    const input = makeInput(subject, all)
    if (capabilities.movesEntries) checkHasKey(input)
    const call = callOf(method, input, all.retry === 'read')
    if (signal === undefined && !dispatcher.guard.isObserved) return dispatcher.engine.execute(call)
    return observed(dispatcher, call, method, signal)
  } catch (error) {
    return dispatcher.guard.reject(error, { operation: method, writes: true })
  }
}

/**
 * @param {Dispatcher} dispatcher
 * @param {StateCall} call
 * @param {string} method
 * @param {AbortSignal | undefined} signal
 */
function observed({ engine, guard }, call, method, signal) {
  const key = keyTextOf(call.input)
  const target = { operation: method, key, writes: call.operation.writes }
  return guard.traced({ operation: method, key }, () =>
    guard.interruptible(target, { signal }, () => engine.execute(call)),
  )
}

/** @param {string} method @param {CommandInput} input @param {boolean} reads */
function callOf(method, input, reads) {
  const operation = reads ? READ_COMMAND : OPERATIONS.command
  // It concerns no entry.
  const none = /** @type {any} */ (undefined)
  const call = new StateCall(operation, none, none)
  if (method !== operation.name) call.method = method
  call.input = input
  return call
}

/** @type {MakeInput} */
function inputOfOne(args, options) {
  const parts = partsOf(args, 'args')
  const info = checkedInfo(parts, 'args')
  const shapes = info.shape === undefined ? undefined : [info.shape]
  return inputOf('one', parts, { command: info.name, isPartial: info.isPartial, shapes }, options, info.keyAt(parts))
}

/** @type {MakeInput} */
function inputOfUnit(list, options) {
  checkList(list, 'commands')
  checkCount(list, 'commands', MAX_COMMANDS)
  /** @type {(string | Uint8Array)[]} */
  const args = []
  const [ends, infos] = [/** @type {number[]} */ ([]), /** @type {CommandInfo[]} */ ([])]
  /** @type {number | undefined} */
  let keyAt
  for (let index = 0; index < list.length; index += 1) {
    const parts = partsOf(list[index], `commands[${index}]`)
    const info = checkedInfo(parts, `commands[${index}]`)
    const at = keyAt === undefined ? info.keyAt(parts) : undefined
    if (at !== undefined) keyAt = args.length + at
    for (const part of parts) args.push(part)
    ends.push(args.length)
    infos.push(info)
  }
  const isPartial = infos.some((info) => info.isPartial)
  const shapes = infos.some(({ shape }) => shape !== undefined) ? infos.map(({ shape }) => shape) : undefined
  return inputOf('unit', args, { command: infos[0].name, ends, isPartial, shapes }, options, keyAt)
}

/** @type {MakeInput} */
function inputOfScript(lua, options) {
  if (typeof lua !== 'string' || lua === '')
    throw invalidArgument(`lua: expected the source of a script, got ${received(lua)}`)
  const args = [checkArgument(lua, 'lua')]
  let keys = 0
  for (const name of ['keys', 'args']) {
    const { [name]: list = [] } = options
    checkList(list, `options.${name}`)
    for (let index = 0; index < list.length; index += 1)
      args.push(checkArgument(list[index], `options.${name}[${index}]`))
    if (name === 'keys') keys = args.length - 1
  }
  // The command and the number of keys are sent too.
  checkCount({ length: args.length + 2 }, 'options.args')
  return inputOf('script', args, { keys, isPartial: true }, options, keys > 0 ? 1 : undefined)
}

/**
 * @param {CommandInput['form']} form
 * @param {(string | Uint8Array)[]} args
 * @param {Pick<CommandInput, 'command' | 'ends' | 'keys' | 'isPartial' | 'shapes'>} more
 * @param {Options} options
 * @param {number | undefined} keyAt
 * @returns {CommandInput}
 */
function inputOf(form, args, { command, ends, keys, isPartial, shapes }, { key, encoding }, keyAt) {
  const ofCaller = key === undefined ? undefined : checkArgument(key, 'options.key')
  const bytes = encoding === 'bytes'
  return { form, args, command, ends, keys, isPartial, shapes, key: ofCaller, keyAt, bytes, parts: undefined }
}

/** @param {CommandInput} input */
function checkHasKey({ form, command, key, keyAt }) {
  if (keyAt !== undefined || key !== undefined || form === 'script') return
  const what = `options.key: required in a cluster, as ${command} has no key that says which node gets it`
  throw invalidArgument(what)
}

/** @param {(string | Uint8Array)[]} parts @param {string} at */
function checkedInfo(parts, at) {
  const info = infoOf(/** @type {string} */ (parts[0]))
  const refusal = info.refusal(parts)
  if (refusal !== undefined) throw invalidArgument(`${at}: ${info.name} is refused: ${refusal}`)
  parts[0] = info.name
  return info
}

/** @param {unknown} args @param {string} at */
function partsOf(args, at) {
  checkList(args, at)
  checkCount(args, at)
  checkName(args[0], at)
  const parts = new Array(args.length)
  for (let index = 0; index < args.length; index += 1) parts[index] = checkArgument(args[index], at, index)
  return parts
}

module.exports = { command, commands, script }
