// @ts-check

import { prefix } from '../values.mjs'

/** Fills a cluster through the candidate itself, because a script on a node can only create keys of that node. */
export class StateFiller {
  #state

  /** @param {import('../types.js').State} state */
  constructor(state) {
    this.#state = state
  }

  /** @param {Parameters<import('./filler.mjs').Filler['fill']>[0]} fill */
  async fill({ start, from = 0, count, text, perGroup = 0 }) {
    const value = JSON.parse(text)
    const numbers = Array.from({ length: count }, (_, at) => from + at)
    await Promise.all(
      numbers.map((number) => {
        const group = perGroup > 0 ? `${Math.floor(number / perGroup)}:` : ''
        const name = `${start}${group}${number}`.slice(prefix.length)
        const end = name.indexOf(':')
        return this.#state.set(name.slice(0, end), name.slice(end + 1), value)
      }),
    )
  }
}
