// @ts-check

import assert from 'node:assert/strict'

/**
 * Writes entries that expire, and reads them before that. On a busy machine this may take longer than they exist: then
 * the result proves nothing, and is ignored.
 *
 * @template T
 * @param {number} lifetime of the entries, in milliseconds
 * @param {T} expected
 * @param {() => Promise<T>} writeAndRead
 */
export async function readWithin(lifetime, expected, writeAndRead) {
  const start = performance.now()
  const found = await writeAndRead()
  if (performance.now() - start < lifetime) assert.deepEqual(found, expected)
}
