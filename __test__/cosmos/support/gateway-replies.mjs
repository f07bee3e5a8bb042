// @ts-check
// Answers of the scripted gateway that go wrong.

import { textOf } from './gateway.mjs'

/**
 * @import { Gateway, GatewayRequest, Kind, Misbehaviour, ScriptedAnswer, Script } from './gateway.mjs'
 */

/** Closes the connection without an answer. @returns {Misbehaviour} */
export function cut() {
  return (response) => void response.socket?.destroy()
}

/** Never answers. @returns {Misbehaviour} */
export function silent() {
  return () => {}
}

/**
 * Runs the request, and loses its answer.
 *
 * @param {GatewayRequest} request
 * @param {Gateway} gateway
 * @returns {Misbehaviour}
 */
export function lost(request, gateway) {
  gateway.answer(request)
  return cut()
}

/**
 * Runs the request, and closes the connection in the middle of the answer.
 *
 * @param {GatewayRequest} request
 * @param {Gateway} gateway
 * @returns {Misbehaviour}
 */
export function truncated(request, gateway) {
  const answer = gateway.answer(request)
  const text = textOf(answer)
  return (response) => {
    response.writeHead(answer.status, { ...gateway.headOf(answer), 'content-length': Buffer.byteLength(text) + 10 })
    response.write(text.slice(0, text.length / 2), () => response.socket?.destroy())
  }
}

/**
 * Runs the request, and never answers.
 *
 * @param {GatewayRequest} request
 * @param {Gateway} gateway
 * @returns {Misbehaviour}
 */
export function appliedThenSilent(request, gateway) {
  gateway.answer(request)
  return silent()
}

/**
 * A script for requests of some kinds; the others are answered as the service does.
 *
 * @param {Kind[]} kinds
 * @param {Script | ScriptedAnswer} answer
 * @returns {Script}
 */
export function on(kinds, answer) {
  return (request, gateway) => {
    if (!kinds.includes(request.kind)) return undefined
    return typeof answer === 'function' ? answer(request, gateway) : answer
  }
}

/**
 * A script for the first requests of some kinds.
 *
 * @param {number} times
 * @param {Kind[]} kinds
 * @param {Script | ScriptedAnswer} answer
 * @returns {Script}
 */
export function first(times, kinds, answer) {
  const script = on(kinds, answer)
  let left = times
  return (request, gateway) => (kinds.includes(request.kind) && left-- > 0 ? script(request, gateway) : undefined)
}
