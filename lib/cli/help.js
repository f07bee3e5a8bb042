// @ts-check
'use strict'

const { COMMANDS } = require('./commands.js')
const { CONNECTION, GENERAL } = require('./global-options.js')

/**
 * @typedef {import('./command.js').Command} Command
 * @typedef {import('./command.js').OptionSpec} OptionSpec
 */

const PROGRAM = 'redis-state-adapter'

/** The lines of the help without a command. */
function overview() {
  return [
    `${PROGRAM} <command> [options]`,
    '',
    'Commands',
    ...columns(Object.entries(COMMANDS).map(([name, { does }]) => [name, does])),
    '',
    ...connectionLines(),
    '',
    `${PROGRAM} <command> --help shows the options and examples of a command.`,
  ]
}

/** The lines of the help of a command. @param {string} name @param {Command} command */
function helpOf(name, { operands, options, examples, notes = [] }) {
  const own = optionRows(options)
  return [
    [PROGRAM, name, ...operands.map(shownOperand), '[options]'].join(' '),
    '',
    `${COMMANDS[name].does}.`,
    ...notes,
    '',
    ...(own.length === 0 ? [] : ['Options', ...columns(own), '']),
    ...connectionLines(),
    '',
    'Examples',
    ...examples.map((example) => `  ${PROGRAM} ${example}`),
  ]
}

function connectionLines() {
  return ['Connection', ...columns(optionRows(CONNECTION)), '', 'General', ...columns(optionRows(GENERAL))]
}

/** @param {Record<string, OptionSpec>} specs @returns {[string, string][]} */
function optionRows(specs) {
  return Object.entries(specs).map(([name, { value, short, does }]) => {
    const names = short === undefined ? `--${name}` : `-${short}, --${name}`
    return [value === undefined ? names : `${names} ${value}`, does]
  })
}

/** @param {[string, string][]} rows */
function columns(rows) {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}

/** @param {import('./command.js').OperandSpec} operand */
function shownOperand({ name, isOptional, isList }) {
  const shown = `<${name}>${isList ? '...' : ''}`
  return isOptional ? `[${shown}]` : shown
}

module.exports = { helpOf, overview }
