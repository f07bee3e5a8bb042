// @ts-check

import { button } from '../core/dom.mjs'
import { deleteDialog } from './delete.mjs'
import { editDialog } from './edit.mjs'
import { ttlDialog } from './ttl.mjs'

/** @import { App } from '../app.mjs' */
/** @import { Entry, EntryName } from '../core/types.mjs' */

/**
 * The buttons that change an entry.
 *
 * @param {App} app
 * @param {boolean} isValue whether the entry has a value that can be edited
 * @param {{ current(): Entry | undefined, done(): void, deleted(isDeleted: boolean): void }} events `current`: the entry as it is shown
 *   when a button is pressed
 */
export function writeActions(app, isValue, { current, done, deleted }) {
  /** @param {(name: EntryName, entry: Entry) => void} open */
  const dialog = (open) => () => {
    const entry = current()
    if (entry) open({ store: app.store.name, trace: entry.traceId, key: entry.key }, entry)
  }
  const edit = dialog((name, entry) => editDialog(app, name, entry, done))
  const expire = dialog((name, entry) => ttlDialog(app, name, entry, done))
  const remove = dialog((name, entry) => deleteDialog(app, name, entry, deleted))
  return [
    isValue && button('Edit', edit),
    button('Expiry', expire),
    button('Delete', remove, { class: 'button danger' }),
  ]
}
