// @ts-check
'use strict'

const { parseArgs } = require('node:util')
const { suggestionFor } = require('../input/suggestion.js')
const { UsageError } = require('./usage-error.js')

/**
 * @typedef {import('./command.js').OptionSpec} OptionSpec
 * @typedef {import('./command.js').OperandSpec} OperandSpec
 * @typedef {{ kind: string, name: string, rawName: string, value?: string, inlineValue?: boolean, index: number }} Token
 */

/** In front of a negative number, which is a value and no option. */
const MARK = '\ue000'
const NEGATIVE = /^\ue000*-\d/

/**
 * Separates options and operands, and checks the options.
 *
 * @param {string[]} argv
 * @param {Record<string, OptionSpec>} specs
 */
function parse(argv, specs) {
  /** @type {Record<string, any>} */
  const options = {}
  /** @type {string[]} */
  const operands = []
  for (const token of tokensOf(argv, specs)) {
    if (token.kind === 'positional') operands.push(withoutMark(String(token.value)))
    if (token.kind === 'option') options[token.name] = readOption(token, specs)
  }
  return { options, operands }
}

/**
 * The place of the command among the arguments: the first one that is neither an option for all commands nor its value.
 *
 * @param {string[]} argv
 * @param {Record<string, OptionSpec>} specs of these options
 * @returns {number} -1: there is none
 */
function indexOfCommand(argv, specs) {
  return tokensOf(argv, specs).find(({ kind }) => kind === 'positional')?.index ?? -1
}

/** @param {string[]} argv @param {Record<string, OptionSpec>} specs @returns {Token[]} */
function tokensOf(argv, specs) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { value, short }]) => [
      name,
      {
        type: /** @type {'string' | 'boolean'} */ (value === undefined ? 'boolean' : 'string'),
        ...(short && { short }),
      },
    ]),
  )
  const args = argv.map((argument) => (NEGATIVE.test(argument) ? MARK + argument : argument))
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true })
  return /** @type {Token[]} */ (tokens)
}

/** @param {Token} token @param {Record<string, OptionSpec>} specs */
function readOption({ name, rawName, value, inlineValue }, specs) {
  if (!Object.hasOwn(specs, name)) throw unknownOption(rawName, name, Object.keys(specs))
  const spec = specs[name]
  if (spec.value === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`)
    return true
  }
  if (value === undefined || (!inlineValue && value.startsWith('--'))) {
    throw new UsageError(`${rawName} needs a value: ${rawName} ${spec.value}`)
  }
  const text = withoutMark(value)
  return spec.read === undefined ? text : spec.read(text, rawName)
}

/** @param {string} rawName @param {string} name @param {string[]} known */
function unknownOption(rawName, name, known) {
  const closest = /^Did you mean (.*)\?$/.exec(suggestionFor(name, known) ?? '')?.[1]
  const remedy = closest === undefined ? 'Add --help for those that there are.' : `Did you mean --${closest}?`
  return new UsageError(`unknown option ${rawName}`, remedy)
}

/** @param {string} text */
function withoutMark(text) {
  return text.startsWith(MARK) && NEGATIVE.test(text) ? text.slice(MARK.length) : text
}

/**
 * Checks how many operands there are.
 *
 * @param {string[]} operands
 * @param {OperandSpec[]} specs
 */
function checkOperands(operands, specs) {
  const missing = specs.find(({ isOptional }, index) => !isOptional && operands.length <= index)
  if (missing !== undefined) throw new UsageError(`the ${missing.name} is missing`, 'Add --help for examples.')
  const isOpen = specs.some(({ isList }) => isList)
  if (isOpen || operands.length <= specs.length) return
  const extra = operands[specs.length]
  throw new UsageError(`unexpected argument ${JSON.stringify(extra)}`, 'Quote a value that contains spaces.')
}

module.exports = { checkOperands, indexOfCommand, parse }
