// @ts-check

import { loadingCalls, loadingLoadMs, loadingProcesses, loadingVariants } from '../plan.mjs'
import { absent, number, table } from './format.mjs'

const method = `${loadingCalls.toLocaleString('en')} calls of ${loadingProcesses} processes miss one entry at the same time; a load takes ${loadingLoadMs} ms. The time is that of
the slowest call. A client without \`getOrSet\` gets, loads what is missing, and sets it.`

/** @param {import('./figures.mjs').AllFigures} figures */
export function loadingTable({ loading }) {
  const rows = loadingVariants.map(({ name, title }) => [
    title,
    loading.median({}, name, 'loads')?.toLocaleString('en') ?? absent,
    number(loading.median({}, name, 'slowestMs')),
  ])
  return `${method}\n\n${table(['', 'loads', 'slowest call, ms'], rows)}`
}
