// @ts-check

import { announce } from './announcer.mjs'
import { element } from './dom.mjs'

/** @param {string} text @param {string} what for the announcement */
export async function copy(text, what) {
  const isCopied = await write(text)
  announce(isCopied ? `${what} copied` : `${what} cannot be copied`)
  return isCopied
}

/** @param {string} text */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return writeBySelection(text)
  }
}

/** Browsers have no clipboard API on pages that plain HTTP delivers from another machine. @param {string} text */
function writeBySelection(text) {
  const focused = document.activeElement
  const area = element('textarea', { class: 'visually-hidden', 'aria-hidden': 'true' })
  area.value = text
  document.body.append(area)
  area.select()
  const isCopied = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return isCopied
}
