// @ts-check

/** @param {string} url */
export async function open(url) {
  const { RedisStateAdapter } = await import('../../index.mjs')
  return new RedisStateAdapter({ url })
}
