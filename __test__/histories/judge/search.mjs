// @ts-check
// Decides whether a history of concurrent calls on one object has a legal order (linearizability).
//
// Algorithm of Wing and Gong with Lowe's memoisation: choose a call that may be next and apply it to the model; if no
// call is possible, backtrack. A pair of (chosen calls, state) is tried only once.

/**
 * @typedef {object} Call
 * @property {number} begin
 * @property {number} end infinite if the outcome is unknown
 * @property {boolean} isRequired whether it certainly took effect; other calls may have, at any time after their begin
 * @property {import('./register.mjs').Operation} operation
 * @property {string} [client] the writes of a client take effect in the order of its calls, even if they are concurrent.
 *   A conflict writes nothing, so it is a read here
 *
 * @typedef {import('./register.mjs').State} State
 *
 * @typedef {object} Model
 * @property {State} initial
 * @property {(state: State, call: Call) => State | undefined} step returns the state after the call, or `undefined` if
 *   the call cannot have its result in that state
 *
 * @typedef {object} Verdict
 * @property {boolean} isLegal
 * @property {boolean} isDecided `false` if the search exceeded its limit; `isLegal` then means nothing
 * @property {Call[]} stuck required calls that were possible next, but did not fit, after the longest order that was
 *   found
 */

/**
 * Maximum number of pairs to try, which takes some seconds and 100 MB. The history of an entry usually takes about one
 * per call: a few hundred, even with a planted fault.
 */
const MAX_TRIED = 200_000

/**
 * @param {Call[]} calls
 * @param {Model} model
 * @param {number} [maxTried]
 * @returns {Verdict}
 */
export function findOrder(calls, model, maxTried = MAX_TRIED) {
  const sorted = calls.toSorted((a, b) => a.begin - b.begin)
  const search = new Search(sorted, model, maxTried)
  return search.run()
}

class Search {
  /** @type {Set<string>} */
  #tried = new Set()
  #calls
  #model
  #maxTried
  #taken
  #required
  /** For each call the index of the preceding write of the same client, or -1. */
  #predecessor
  #fewestLeft = Number.POSITIVE_INFINITY
  /** @type {Call[]} */
  #stuck = []

  /**
   * @param {Call[]} calls sorted by begin
   * @param {Model} model
   * @param {number} maxTried
   */
  constructor(calls, model, maxTried) {
    this.#calls = calls
    this.#model = model
    this.#maxTried = maxTried
    this.#taken = new Array(calls.length).fill(false)
    this.#predecessor = predecessorsOf(calls)
    this.#required = calls.filter(({ isRequired }) => isRequired).length
  }

  /** @returns {Verdict} */
  run() {
    /** @type {{ state: State, candidates: number[], next: number, took: number }[]} */
    const path = [{ state: this.#model.initial, candidates: this.#candidates(), next: 0, took: -1 }]
    while (this.#required > 0) {
      const top = path[path.length - 1]
      if (top === undefined) return { isLegal: false, isDecided: true, stuck: this.#stuck }
      if (this.#tried.size > this.#maxTried) return { isLegal: true, isDecided: false, stuck: this.#stuck }
      const index = top.candidates[top.next++]
      if (index === undefined) {
        path.pop()
        if (top.took >= 0) this.#untake(top.took)
        continue
      }
      const state = this.#model.step(top.state, this.#calls[index])
      // Skip a call that need not have taken effect and changes nothing.
      if (state === undefined || (state === top.state && !this.#calls[index].isRequired)) continue
      this.#take(index)
      if (this.#isNew(state)) path.push({ state, candidates: this.#candidates(), next: 0, took: index })
      else this.#untake(index)
    }
    return { isLegal: true, isDecided: true, stuck: [] }
  }

  /** Calls that may be next: those that began before any remaining required call ended. Required calls first. */
  #candidates() {
    let firstEnd = Number.POSITIVE_INFINITY
    const required = []
    const optional = []
    for (let index = this.#first(); index < this.#calls.length; index++) {
      const { begin, end, isRequired } = this.#calls[index]
      if (begin > firstEnd) break
      if (this.#taken[index]) continue
      if (isRequired) {
        required.push(index)
        firstEnd = Math.min(firstEnd, end)
      } else {
        optional.push(index)
      }
    }
    this.#note(required)
    return [...required, ...optional].filter(
      (index) => this.#calls[index].begin <= firstEnd && this.#taken[this.#predecessor[index]] !== false,
    )
  }

  #first() {
    const first = this.#taken.indexOf(false)
    return first < 0 ? this.#calls.length : first
  }

  /** Stores the candidates at the point with the fewest remaining calls. @param {number[]} required */
  #note(required) {
    if (this.#required >= this.#fewestLeft) return
    this.#fewestLeft = this.#required
    this.#stuck = required.map((index) => this.#calls[index])
  }

  /** @param {State} state */
  #isNew(state) {
    const size = this.#tried.size
    this.#tried.add(`${this.#takenText()} ${state}`)
    return this.#tried.size > size
  }

  #takenText() {
    const first = this.#first()
    let text = `${first}`
    for (let index = first + 1; index < this.#taken.length; index++) if (this.#taken[index]) text += `,${index}`
    return text
  }

  /** @param {number} index */
  #take(index) {
    this.#taken[index] = true
    if (this.#calls[index].isRequired) this.#required--
  }

  /** @param {number} index */
  #untake(index) {
    this.#taken[index] = false
    if (this.#calls[index].isRequired) this.#required++
  }
}

/** @param {Call[]} calls sorted by begin */
function predecessorsOf(calls) {
  /** @type {Map<string, number>} */
  const last = new Map()
  return calls.map(({ client, isRequired, operation }, index) => {
    if (client === undefined || !isRequired || operation.name === 'get' || operation.isConflict) return -1
    const predecessor = last.get(client) ?? -1
    last.set(client, index)
    return predecessor
  })
}
