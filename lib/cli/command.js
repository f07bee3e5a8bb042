// @ts-check
'use strict'

/**
 * What a command of the command line is. Each file of `commands/` exports one.
 *
 * @typedef {object} Io the surroundings of a run, those of the process unless a test gives others
 * @property {NodeJS.WritableStream & { isTTY?: boolean, columns?: number }} stdout
 * @property {NodeJS.WritableStream & { isTTY?: boolean, columns?: number }} stderr
 * @property {NodeJS.ReadableStream & { isTTY?: boolean }} stdin
 * @property {Record<string, string | undefined>} env
 * @property {AbortSignal} [signal] aborted by Ctrl-C
 * @property {() => number} [clock] milliseconds since 1970
 *
 * @typedef {object} OptionSpec
 * @property {string} [value] how help shows the value. Omitted: the option has none
 * @property {string} [short] one letter
 * @property {string} does for help
 * @property {(text: string, option: string) => unknown} [read] checks and converts the value; may throw. Default: the text
 *
 * @typedef {object} OperandSpec
 * @property {string} name for help and messages
 * @property {boolean} [isOptional]
 * @property {boolean} [isList] all that follow belong to it
 *
 * @typedef {import('../../index.js').StateStore} StateStore
 * @typedef {Record<string, any>} Options by the names of the command line
 *
 * @typedef {object} Context what a command runs with
 * @property {string[]} operands
 * @property {Options} options
 * @property {import('./output.js').Output} output
 * @property {Io} io
 * @property {AbortSignal} signal aborted by Ctrl-C, or when the reader of stdout has gone
 * @property {StateStore} state
 *
 * @typedef {object} Command
 * @property {OperandSpec[]} operands
 * @property {Record<string, OptionSpec>} options
 * @property {string[]} examples arguments, without the name of the program
 * @property {string[]} [notes] sentences for help
 * @property {import('./connection.js').Wanted} [connection] what the store must be opened with
 * @property {boolean} [opensItself] `state` is not opened for it
 * @property {(context: Context) => Promise<number | void>} run returns the exit code, if it is not 0
 */

module.exports = {}
