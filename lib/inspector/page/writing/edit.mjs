// @ts-check

import { ApiError } from '../core/api.mjs'
import { element, fill } from '../core/dom.mjs'
import { jsonText, nameNode } from '../core/text.mjs'
import { openDialog } from './dialog.mjs'
import { jsonField, ttlField } from './fields.mjs'

/** @import { App } from '../app.mjs' */
/** @import { Entry, EntryName } from '../core/types.mjs' */

/**
 * Edits a value. It is written only if the entry has not changed since it was read; otherwise both values are shown.
 *
 * @param {App} app
 * @param {EntryName} name
 * @param {Entry} entry
 * @param {() => void} done
 */
export function editDialog(app, name, entry, done) {
  let etag = entry.etag ?? ''
  const value = jsonField('Value (JSON)', jsonText(entry.value), { rows: 10 })
  const expiry = ttlField({ ttl: entry.ttl, canKeep: true })
  const conflict = element('div', { class: 'conflict', role: 'alert' })
  const opened = openDialog({
    title: 'Edit value',
    submit: 'Save',
    content: [
      element('p', { class: 'about' }, nameNode(name.key)),
      ...roundingNote(entry),
      conflict,
      value.box,
      expiry.box,
    ],
    async onSubmit() {
      const ttl = expiry.value()
      await app.api.setEntry({ ...name, json: value.json(), ifMatch: etag, ...(ttl !== undefined && { ttl }) })
      done()
    },
    async onError(error) {
      if (!(error instanceof ApiError) || error.status !== 409) return false
      etag = await showConflict()
      return true
    },
  })

  async function showConflict() {
    const current = await app.api.entry(name).catch((error) => error)
    if (current instanceof Error) {
      const isGone = current instanceof ApiError && current.status === 404
      fill(conflict, isGone ? 'The entry was deleted in the meantime.' : current.message)
      if (isGone) opened.fail('There is nothing to change. Create the entry again if you need it.')
      return etag
    }
    fill(conflict, ...conflictNodes(current, () => takeOver(current)))
    opened.setSubmit('Overwrite')
    conflict.scrollIntoView({ block: 'nearest' })
    return current.etag ?? ''
  }

  /** @param {Entry} current */
  function takeOver(current) {
    value.control.value = jsonText(current.value)
    value.value()
    fill(conflict)
    opened.setSubmit('Save')
    value.control.focus()
  }
}

/** @param {Entry} entry */
function roundingNote({ inexact }) {
  const text = 'Some numbers in this value have more digits than JavaScript keeps. Saving writes them rounded.'
  return inexact ? [element('p', { class: 'note' }, text)] : []
}

/** @param {Entry} current @param {() => void} takeOver */
function conflictNodes(current, takeOver) {
  const text = current.text ?? jsonText(current.value)
  const take = element('button', { type: 'button', class: 'button', click: takeOver }, 'Edit the value on the server')
  return [
    element('p', { class: 'conflict-title' }, 'The entry was changed in the meantime. Nothing was written.'),
    element('p', {}, 'Value on the server:'),
    element('pre', { class: 'json-text', tabindex: 0, role: 'region', 'aria-label': 'Value on the server' }, text),
    element('p', {}, 'Your value is below. Overwrite, or continue with the value on the server.'),
    current.text === undefined && take,
  ]
}
