// @ts-check
'use strict'

/**
 * @typedef {import('./place.js').Place} Place
 * @typedef {import('./place.js').Name} Name
 * @typedef {import('./place.js').Found} Found
 * @typedef {Pick<import('../../names/sorted-names.js').SortedNames, 'take'>} Names
 *
 * @typedef {object} Page entries of both sides
 * @property {Name[]} names
 * @property {(Found | null)[]} from
 * @property {(Found | null)[]} to
 */

const FIRST_PAGE = 100
const MAX_PAGE = 1000
/** Text of a page that is aimed at. */
const PAGE_LENGTH = 2 * 1024 * 1024

/** @param {{ source: Place, target: Place }} places @param {Name[]} names @returns {Promise<Page>} */
async function readBoth({ source, target }, names) {
  const [from, to] = await Promise.all([source.read(names), target.read(names)])
  return { names, from, to }
}

/**
 * Yields the entries of names in pages, whose size follows that of the values. While a page is consumed, the next one is read.
 *
 * @param {{ source: Place, target: Place }} places
 * @param {Names} names
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Page>}
 */
async function* pagesOf(places, names, signal) {
  let size = FIRST_PAGE
  const next = async () => {
    signal.throwIfAborted()
    const page = await names.take(size)
    return page.length === 0 ? undefined : readBoth(places, page)
  }
  const begun = () => {
    const reading = next()
    // It is not awaited if the page before cannot be written.
    reading.catch(() => {})
    return reading
  }
  for (let reading = begun(); ; ) {
    const page = await reading
    if (page === undefined) return
    const fitting = Math.floor((page.names.length * PAGE_LENGTH) / Math.max(1, lengthOf(page)))
    size = Math.max(1, Math.min(fitting, size * 2, MAX_PAGE))
    reading = begun()
    yield page
  }
}

/** @param {Page} page */
function lengthOf({ from, to }) {
  const lengths = [...from, ...to].map((found) => found?.text?.length ?? 0)
  return lengths.reduce((sum, length) => sum + length, 0)
}

/** Names that are held in memory. @param {Name[]} names @returns {Names} */
function listed(names) {
  let at = 0
  return {
    take: async (count) => {
      at += count
      return names.slice(at - count, at)
    },
  }
}

module.exports = { listed, pagesOf }
