// @ts-check
// So many entries that a command that is killed was in the middle of them.

export const COUNT = 20_000

/**
 * Stores them, in traces of all sizes.
 *
 * @param {import('./redis.mjs').Client} client
 */
export async function storeMany(client) {
  const names = Array.from({ length: COUNT }, (_, index) => `motia:state:t${index % (index % 7 ? 50 : 3000)}:k${index}`)
  const texts = names.map((_, index) => JSON.stringify({ index, text: 'x'.repeat(index % 90) }))
  await client.mSet(names.flatMap((name, index) => [name, texts[index]]))
}
