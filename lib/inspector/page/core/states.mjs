// @ts-check
// What is shown in place of content: that there is none, that it loads, that it failed.

import { messageOf } from './api.mjs'
import { button, element } from './dom.mjs'

/**
 * @param {string} title
 * @param {string} [advice] what the user can do
 * @param {(HTMLElement | false | undefined)[]} actions
 */
export function emptyState(title, advice, ...actions) {
  const buttons = actions.filter((action) => action instanceof HTMLElement)
  return element(
    'div',
    { class: 'state' },
    element('p', { class: 'state-title' }, title),
    advice && element('p', {}, advice),
    buttons.length > 0 && element('p', { class: 'state-actions' }, ...buttons),
  )
}

/** @param {string} [text] */
export function loadingState(text = 'Loading…') {
  return element('div', { class: 'state loading' }, element('p', {}, text))
}

/** @param {unknown} error @param {() => void} retry */
export function errorState(error, retry) {
  return element(
    'div',
    { class: 'state failed', role: 'alert' },
    element('p', { class: 'state-title' }, 'This cannot be shown'),
    element('p', {}, messageOf(error)),
    element('p', { class: 'state-actions' }, button('Try again', retry)),
  )
}
