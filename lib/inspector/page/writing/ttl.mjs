// @ts-check

import { element } from '../core/dom.mjs'
import { nameNode } from '../core/text.mjs'
import { openDialog } from './dialog.mjs'
import { ttlField } from './fields.mjs'

/** @import { App } from '../app.mjs' */
/** @import { Entry, EntryName } from '../core/types.mjs' */

/**
 * Changes when an entry expires.
 *
 * @param {App} app
 * @param {EntryName} name
 * @param {Entry} entry
 * @param {() => void} done
 */
export function ttlDialog(app, name, entry, done) {
  const expiry = ttlField({ ttl: entry.ttl, canKeep: true })
  openDialog({
    title: 'Change expiry',
    submit: 'Save',
    content: [element('p', { class: 'about' }, nameNode(name.key)), expiry.box],
    async onSubmit() {
      const ttl = expiry.value()
      if (ttl === undefined) return
      await app.api.setTtl({ ...name, ttl })
      done()
    },
  })
}
