// @ts-check
'use strict'

const { now, setImmediate } = require('../time.js')

/** Names that are sorted without a pause. */
const RUN = 2048
/** Names that are merged or visited between two looks at the clock. */
const STEPS = 1024
/** Longest time without a pause, in milliseconds. */
const SLICE = 5

/** Lets other work of the process run if this has taken a while. */
class Pauses {
  #since = now()

  /** @returns {Promise<void> | undefined} undefined: it is not time yet */
  due() {
    if (now() - this.#since < SLICE) return undefined
    return new Promise((resolve) => setImmediate(resolve)).then(() => {
      this.#since = now()
    })
  }
}

/**
 * The names in pages, each once.
 *
 * @param {AsyncIterable<string[]>} pages
 * @param {number} max after more than these, no further page is read
 * @returns {Promise<Set<string>>}
 */
async function distinct(pages, max) {
  const pauses = new Pauses()
  /** @type {Set<string>} */
  const found = new Set()
  for await (const page of pages) {
    for (let start = 0; start < page.length && found.size <= max; start += STEPS) {
      for (const name of page.slice(start, start + STEPS)) found.add(name)
      await pauses.due()
    }
    if (found.size > max) break
  }
  return found
}

/**
 * Sorts names by their UTF-16 code units, as `sort` does, without holding up the process.
 *
 * @param {readonly string[]} names
 * @returns {Promise<string[]>}
 */
async function sorted(names) {
  const pauses = new Pauses()
  /** @type {string[][]} */
  let runs = []
  for (let start = 0; start < names.length; start += RUN) {
    runs.push(names.slice(start, start + RUN).sort())
    await pauses.due()
  }
  while (runs.length > 1) {
    /** @type {string[][]} */
    const merged = []
    for (let index = 0; index < runs.length; index += 2) {
      const isLast = index + 1 === runs.length
      merged.push(isLast ? runs[index] : await mergedOf(runs[index], runs[index + 1], pauses))
    }
    runs = merged
  }
  return runs[0] ?? []
}

/** @param {string[]} one @param {string[]} other @param {Pauses} pauses */
async function mergedOf(one, other, pauses) {
  const merged = []
  let [left, right] = [0, 0]
  while (left < one.length && right < other.length) {
    merged.push(one[left] <= other[right] ? one[left++] : other[right++])
    if (merged.length % STEPS === 0) await pauses.due()
  }
  for (; left < one.length; left += STEPS) merged.push(...one.slice(left, left + STEPS))
  for (; right < other.length; right += STEPS) merged.push(...other.slice(right, right + STEPS))
  return merged
}

/** Makes the test whether a name contains a text, without a difference between upper and lower case. @param {string} text */
function contains(text) {
  const wanted = text.toLowerCase()
  return (/** @type {string} */ name) => name.toLowerCase().includes(wanted)
}

/**
 * The names that contain a text.
 *
 * @param {readonly string[]} names
 * @param {string} text
 */
async function containing(names, text) {
  const pauses = new Pauses()
  const isWanted = contains(text)
  const found = []
  for (let start = 0; start < names.length; start += STEPS) {
    found.push(...names.slice(start, start + STEPS).filter(isWanted))
    await pauses.due()
  }
  return found
}

/** Where the names behind this one begin. @param {readonly string[]} names sorted @param {string} name */
function indexAfter(names, name) {
  let [low, high] = [0, names.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (names[middle] > name) high = middle
    else low = middle + 1
  }
  return low
}

module.exports = { containing, contains, distinct, indexAfter, sorted }
