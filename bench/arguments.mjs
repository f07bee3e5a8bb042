// @ts-check

import { candidates } from './candidates.mjs'
import { adapterNames } from './measure/adapters.mjs'

export const sections = /** @type {const} */ ([
  'point',
  'cluster',
  'listings',
  'index',
  'cache',
  'loading',
  'adapters',
  'limits',
  'cold',
  'memory',
  'size',
])

/** @typedef {typeof sections[number]} Section */

export const help = `npm run bench -- [section,...] [options]

  --quick                    under 3 minutes: shorter cells, fewer rounds, little at 1M keys
  --only=point,listings,...  of ${sections.join(', ')}; of the others results.json keeps what it has.
                             The same as section,...
  --candidates=ours,...      of ${candidates.map(({ name }) => name).join(', ')}
  --adapters=keyv,chat,...   of ${adapterNames.join(', ')}: only prints their tables
  --rounds=N                 rounds of each cell
  --report                   measures nothing: makes the reports anew from results.json`

/** @param {string[]} args */
export function readArguments(args) {
  const options = new Map(args.map(split))
  const known = ['quick', 'only', 'candidates', 'adapters', 'rounds', 'report', 'help']
  for (const name of options.keys()) if (!known.includes(name)) throw new Error(`unknown option --${name}\n\n${help}`)
  return {
    quick: options.has('quick'),
    report: options.has('report'),
    help: options.has('help'),
    rounds: roundsOf(options.get('rounds')),
    only: /** @type {Section[]} */ (listOf('only', options.get('only'), sections)),
    adapters: options.has('adapters') ? listOf('adapters', options.get('adapters'), adapterNames) : undefined,
    candidates: listOf(
      'candidates',
      options.get('candidates'),
      candidates.map(({ name }) => name),
    ),
  }
}

/**
 * @param {string} arg
 * @returns {[string, string]}
 */
function split(arg) {
  if (/^[a-z]/.test(arg)) return ['only', arg]
  const found = /^--([a-z]+)(?:=(.+))?$/.exec(arg)
  if (!found) throw new Error(`unexpected argument ${arg}\n\n${help}`)
  return [found[1], found[2] ?? '']
}

/** @param {string | undefined} text */
function roundsOf(text) {
  if (text === undefined) return undefined
  const rounds = Number(text)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
    throw new Error('--rounds: expected a whole number from 1 to 100')
  return rounds
}

/**
 * @param {string} option
 * @param {string | undefined} text
 * @param {readonly string[]} all
 */
function listOf(option, text, all) {
  if (text === undefined) return [...all]
  const names = text.split(',')
  const unknown = names.find((name) => !all.includes(name))
  if (unknown !== undefined) throw new Error(`--${option}: unknown value ${unknown}, expected one of ${all.join(', ')}`)
  return all.filter((name) => names.includes(name))
}
