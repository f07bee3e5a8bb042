// @ts-check

import { element } from '../core/dom.mjs'

/** Leads one pane back where the screen is too narrow for all panes. @param {string} text @param {() => void} back */
export function backButton(text, back) {
  return element('button', { type: 'button', class: 'link back', click: back }, `‹ ${text}`)
}
