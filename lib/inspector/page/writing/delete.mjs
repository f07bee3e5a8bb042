// @ts-check

import { ApiError } from '../core/api.mjs'
import { element } from '../core/dom.mjs'
import { nameNode } from '../core/text.mjs'
import { openDialog } from './dialog.mjs'

/** @import { App } from '../app.mjs' */
/** @import { Entry, EntryName } from '../core/types.mjs' */

/**
 * Deletes an entry, but not a value that the user has not seen.
 *
 * @param {App} app
 * @param {EntryName} name
 * @param {Entry} entry
 * @param {(isDeleted: boolean) => void} done
 */
export function deleteDialog(app, name, entry, done) {
  const { dialog, fail } = openDialog({
    title: 'Delete this entry?',
    submit: 'Delete',
    isDangerous: true,
    content: [
      element('p', { class: 'about' }, nameNode(name.trace), ' / ', nameNode(name.key)),
      element('p', {}, 'This cannot be undone.'),
    ],
    async onSubmit() {
      await app.api.deleteEntry({ ...name, ...(entry.etag && { ifMatch: entry.etag }) })
      done(true)
    },
    onError(error) {
      if (!(error instanceof ApiError) || error.status !== 409) return false
      fail('The entry was changed in the meantime and was not deleted. Close this, look at its value, and try again.')
      done(false)
      return true
    },
  })
  dialog.querySelector('button')?.focus()
}
