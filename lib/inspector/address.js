// @ts-check
'use strict'

/** @typedef {import('node:http').IncomingMessage & { originalUrl?: string }} Request */

/**
 * @typedef {object} Address of a request
 * @property {string} path from the page on, without a slash at the start
 * @property {URLSearchParams} search
 * @property {string} [missingSlash] the address lacks the slash that relative addresses of the page need: where to go instead
 */

/**
 * The address of a request below the page.
 *
 * @param {Request} request
 * @param {string} basePath
 * @returns {Address | undefined} undefined: it is not below the page
 */
function addressOf(request, basePath) {
  const [path, search] = parts(request.url)
  // Express and Connect remove the path that a handler is mounted at, and keep it there.
  const [full] = parts(request.originalUrl ?? request.url)
  if (path !== basePath && !path.startsWith(`${basePath}/`)) return undefined
  const rest = path.slice(basePath.length + 1)
  const query = new URLSearchParams(search)
  if (rest !== '' || full.endsWith('/')) return { path: rest, search: query }
  const last = full.slice(full.lastIndexOf('/') + 1)
  // Relative, because a proxy may have removed the start of the path. With a dot, as a colon would make a scheme of it.
  return { path: rest, search: query, missingSlash: `./${last}/${search === '' ? '' : `?${search}`}` }
}

/** @param {string | undefined} url @returns {[path: string, search: string]} */
function parts(url = '/') {
  const end = url.indexOf('?')
  return end === -1 ? [url, ''] : [url.slice(0, end), url.slice(end + 1)]
}

module.exports = { addressOf }
