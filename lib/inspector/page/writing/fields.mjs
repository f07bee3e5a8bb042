// @ts-check
// Fields of forms, with labels and errors.

import { element, newId } from '../core/dom.mjs'
import { formatRemaining } from '../core/text.mjs'

/** The form has an error, which its field reports. */
export class InvalidField extends Error {}

/**
 * @param {string} label
 * @param {HTMLInputElement | HTMLTextAreaElement} control
 * @param {string} [hint]
 */
export function field(label, control, hint) {
  const [id, noteId, errorId] = [newId('field'), newId('hint'), newId('error')]
  control.id = id
  control.setAttribute('aria-describedby', hint ? `${errorId} ${noteId}` : errorId)
  const error = element('span', { class: 'field-error', id: errorId })
  const box = element(
    'div',
    { class: 'field' },
    element('label', { for: id }, label),
    control,
    error,
    hint && element('span', { class: 'hint', id: noteId }, hint),
  )
  /** @param {string} message empty: no error */
  const setError = (message) => {
    error.textContent = message
    control.setAttribute('aria-invalid', `${message !== ''}`)
  }
  return { box, control, setError }
}

/**
 * A field with JSON text.
 *
 * @param {string} label
 * @param {string} text
 * @param {{ hint?: string, rows?: number, isOptional?: boolean }} [options]
 */
export function jsonField(label, text, { hint, rows = 12, isOptional = false } = {}) {
  const area = element('textarea', { rows, spellcheck: 'false', autocapitalize: 'off', class: 'code' })
  area.value = text
  const { box, setError } = field(label, area, hint)
  const check = () => {
    if (isOptional && area.value.trim() === '') {
      setError('')
      return undefined
    }
    try {
      const value = JSON.parse(area.value)
      setError('')
      return value
    } catch (error) {
      setError(jsonError(area.value, error))
      throw new InvalidField(`${label}: this is not JSON.`)
    }
  }
  area.addEventListener('input', () => {
    try {
      check()
    } catch {
      // The field shows it.
    }
  })
  const json = () => {
    check()
    return area.value
  }
  return { box, control: area, setError, value: check, json }
}

/** @param {string} text @param {unknown} error of JSON.parse */
function jsonError(text, error) {
  if (text.trim() === '') return 'Not JSON: the text is empty. A string has quotation marks, as in "text".'
  const message = error instanceof Error ? error.message : ''
  const end = message.includes('end of JSON') ? `${text.length}` : undefined
  const [, position = end] = /position (\d+)/.exec(message) ?? []
  const cause = message.replace(/ in JSON at position .*$|, ".*$|\(line.*$/s, '').trim()
  if (position === undefined) return `Not JSON: ${cause}.`
  const before = text.slice(0, Number(position)).split('\n')
  return `Not JSON: ${cause}, at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}.`
}

/**
 * Choice of an expiry.
 *
 * @param {{ ttl?: number | undefined, canKeep: boolean }} current `ttl` in seconds
 * @returns {{ box: HTMLElement, value(): number | null | undefined }} seconds, `null`: no expiry, `undefined`: keep it
 */
export function ttlField({ ttl, canKeep }) {
  const name = newId('ttl')
  const kept = ttl !== undefined && ttl >= 0 ? `Keep (expires in ${formatRemaining(ttl)})` : 'Keep (does not expire)'
  const seconds = element('input', { type: 'number', min: '0.001', step: 'any', inputmode: 'decimal' })
  const { box: secondsBox, setError } = field('Seconds', seconds)
  const keep = canKeep ? radio(name, 'keep', kept, true) : undefined
  const never = radio(name, 'never', 'Never', !canKeep)
  const after = radio(name, 'after', 'After a time', false)
  const box = element(
    'fieldset',
    { class: 'field choices' },
    element('legend', {}, 'Expiry'),
    keep ? keep.box : null,
    never.box,
    after.box,
    secondsBox,
  )
  secondsBox.hidden = true
  box.addEventListener('change', () => {
    secondsBox.hidden = !after.input.checked
    setError('')
  })
  const value = () => {
    if (keep?.input.checked) return undefined
    if (never.input.checked) return null
    const given = Number(seconds.value)
    if (given > 0) return given
    setError('Give a number of seconds greater than 0.')
    seconds.focus()
    throw new InvalidField('Expiry: give a number of seconds greater than 0.')
  }
  return { box, value }
}

/** @param {string} name @param {string} value @param {string} text @param {boolean} checked */
function radio(name, value, text, checked) {
  const input = element('input', { type: 'radio', name, value, checked })
  return { input, box: element('label', { class: 'choice' }, input, text) }
}
