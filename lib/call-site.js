// @ts-check
'use strict'

const { join, sep } = require('node:path')
const { RedisStateError } = require('./errors.js')

/**
 * Gives errors the stack of the call that failed. Most errors are made long after the method was called, where the stack has no
 * frame of the caller, so the frames are captured when the method is called. V8 makes their text only if it is read.
 *
 * @typedef {{ stack?: unknown }} CallSite where a method was called
 */

/** Where this code is: in its own file, or in that of the published package. */
const OWN_FILES = ['call-site.js', 'redis-state-adapter.js'].map((name) => join('lib', name))

/**
 * The folder of this package's code. Unknown in a bundle of the user, where the code of the caller is in the same file: there only
 * the frames above the method are left out.
 */
const OWN_FOLDER = OWN_FILES.some((file) => __filename.endsWith(file)) ? `${__dirname}${sep}` : undefined

/** Errors whose stack has only callers that await something: an outer method may know the call itself. @type {WeakSet<Error>} */
const AWAITED = new WeakSet()

/**
 * Captures where a method is called.
 *
 * @param {Function} method its frame, and those that it called, are left out
 * @returns {CallSite}
 */
function captureSite(method) {
  const site = {}
  Error.captureStackTrace(site, method)
  return site
}

/**
 * Returns a function that calls the method, and gives its errors the stack of the call.
 *
 * @template {(...inputs: any[]) => any} Method
 * @param {Method} method
 * @returns {Method}
 */
function locating(method) {
  const located = (/** @type {any[]} */ ...inputs) => {
    const site = captureSite(located)
    const result = locatedIn(site, () => method(...inputs))
    if (typeof result?.then === 'function') return locatedLater(site, result)
    return isAsyncGenerator(result) ? locatedInLoop(site, result) : result
  }
  return /** @type {Method} */ (located)
}

/** @param {CallSite} site @param {() => any} run */
function locatedIn(site, run) {
  try {
    return run()
  } catch (error) {
    throw locate(error, site)
  }
}

/** @param {CallSite} site @param {Promise<any>} promise */
function locatedLater(site, promise) {
  return promise.then(undefined, (error) => {
    throw locate(error, site)
  })
}

/** @param {CallSite} site @param {AsyncGenerator<any>} generator */
async function* locatedInLoop(site, generator) {
  try {
    yield* generator
  } catch (error) {
    throw locate(error, site)
  }
}

/** @param {unknown} result @returns {result is AsyncGenerator<any>} */
function isAsyncGenerator(result) {
  return Object.prototype.toString.call(result) === '[object AsyncGenerator]'
}

/**
 * Gives an error of this package the frames of a call, unless it has those of a method that this call made.
 *
 * @template T
 * @param {T} error
 * @param {CallSite} site
 * @returns {T}
 */
function locate(error, site) {
  if (!(error instanceof RedisStateError) || hasFrames(error)) return error
  const frames = framesOf(site)
  if (frames.length === 0) return error
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n')
  if (/^\s*at async /.test(frames[0])) AWAITED.add(error)
  return error
}

/** @param {Error} error */
function hasFrames(error) {
  return !AWAITED.has(error) && linesOf(error).some(isFrame)
}

/**
 * The frames of a call, from the first one that has a line: those of `map` and the like have none.
 *
 * @param {CallSite} site
 */
function framesOf(site) {
  const frames = linesOf(site).filter((line) => isFrame(line) && !isInternal(line))
  const first = frames.findIndex((line) => !line.endsWith('(<anonymous>)'))
  return frames.slice(Math.max(first, 0))
}

/** @param {CallSite} site */
function linesOf(site) {
  try {
    const { stack } = site
    return typeof stack === 'string' ? stack.split('\n') : []
  } catch {
    // `Error.prepareStackTrace` of the user failed.
    return []
  }
}

/** @param {string} line */
function isFrame(line) {
  return /^\s+at /.test(line)
}

/** @param {string} line */
function isInternal(line) {
  if (line.includes('node:internal/')) return true
  return OWN_FOLDER !== undefined && (line.includes(`(${OWN_FOLDER}`) || line.includes(` ${OWN_FOLDER}`))
}

module.exports = { captureSite, locate, locating }
