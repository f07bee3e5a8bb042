// @ts-check

import { expiryOf, showExpiry } from '../core/clock.mjs'
import { element } from '../core/dom.mjs'
import { formatRoute } from '../core/router.mjs'
import { nameNode } from '../core/text.mjs'
import { inlineNode } from '../value/preview.mjs'

/** @import { App } from '../app.mjs' */
/** @import { QueryItem } from '../core/types.mjs' */

const COLUMNS = ['Group', 'Key', 'Value', 'Expires in']

/** @param {App} app @param {QueryItem[]} items */
export function resultTable(app, items) {
  const heads = COLUMNS.map((title, at) => element('th', { scope: 'col', class: at === 3 && 'number' }, title))
  return element(
    'div',
    { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'Entries found' },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...heads)),
      element('tbody', {}, ...items.map((item) => resultRow(app, item))),
    ),
  )
}

/** @param {App} app @param {QueryItem} item */
function resultRow(app, item) {
  const { traceId, key, ttl } = item
  const expiry = element('td', { class: 'number expiry' })
  if (ttl !== undefined) showExpiry(expiry, expiryOf(ttl))
  const href = formatRoute({ view: 'entries', store: app.store.name, trace: traceId, key })
  return element(
    'tr',
    {},
    element('td', {}, nameNode(traceId, 60)),
    element('td', {}, element('a', { href }, nameNode(key, 60))),
    element('td', { class: 'preview' }, valueNode(item)),
    expiry,
  )
}

/** @param {QueryItem} item */
function valueNode({ value, type, truncated }) {
  return truncated ? `${type}, too large for this table` : inlineNode(value)
}
