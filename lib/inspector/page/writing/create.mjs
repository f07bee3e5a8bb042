// @ts-check

import { ApiError } from '../core/api.mjs'
import { element } from '../core/dom.mjs'
import { nameNode } from '../core/text.mjs'
import { openDialog } from './dialog.mjs'
import { field, jsonField, ttlField } from './fields.mjs'

/** @import { App } from '../app.mjs' */

/**
 * Creates an entry, never over an existing one.
 *
 * @param {App} app
 * @param {string | undefined} trace the group that is open
 * @param {(written: object) => void} done
 */
export function createDialog(app, trace, done) {
  // The browser can go back to another store while the dialog is open.
  const store = app.store.name
  const group = field('Group (trace id)', nameInput())
  const key = field('Key', nameInput())
  const value = jsonField('Value (JSON)', '{}', { rows: 8 })
  const expiry = ttlField({ canKeep: false })
  const { dialog } = openDialog({
    title: 'New entry',
    submit: 'Create',
    // A field of one line would change a name with line breaks.
    content: [
      trace === undefined ? group.box : element('p', { class: 'about' }, nameNode(trace)),
      key.box,
      value.box,
      expiry.box,
    ],
    async onSubmit() {
      key.setError('')
      const name = { store, trace: trace ?? group.control.value, key: key.control.value }
      const [json, ttl] = [value.json(), expiry.value()]
      await app.api.setEntry({ ...name, json, ttl: ttl ?? null, ifAbsent: true })
      done({})
      app.go({ store, view: 'entries', trace: name.trace, key: name.key })
    },
    onError(error) {
      if (!(error instanceof ApiError) || error.status !== 409) return false
      key.setError('This group has an entry with this key already. Nothing was written.')
      key.control.focus()
      return true
    },
  })
  const first = trace === undefined ? group.control : key.control
  if (dialog.open) first.focus()
}

function nameInput() {
  return element('input', { type: 'text', spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off' })
}
