// @ts-check

/** @param {string} url */
export function addressOf(url) {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}
