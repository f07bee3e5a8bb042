// @ts-check
// Entries that are written as another client of the server writes them.

/** @typedef {import('./redis.mjs').Client} Client */

/** So many that a command that is killed was in the middle of them. */
export const COUNT = 20_000

/** @param {Client} client @param {Record<string, unknown>} entries by trace id and key, joined by a colon */
export async function storeEntries(client, entries) {
  for (const [name, value] of Object.entries(entries)) await client.set(`motia:state:${name}`, JSON.stringify(value))
}

/**
 * Stores many entries, in traces of all sizes.
 *
 * @param {Client} client
 * @param {number} [count]
 */
export async function storeMany(client, count = COUNT) {
  const names = Array.from({ length: count }, (_, index) => `motia:state:t${index % (index % 7 ? 50 : 3000)}:k${index}`)
  const texts = names.map((_, index) => JSON.stringify({ index, text: 'x'.repeat(index % 90) }))
  await client.mSet(names.flatMap((name, index) => [name, texts[index]]))
}
