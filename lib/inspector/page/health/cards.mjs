// @ts-check

import { element } from '../core/dom.mjs'
import { formatRoute } from '../core/router.mjs'
import { formatLatency, nameNode, plainText } from '../core/text.mjs'

/** @import { App } from '../app.mjs' */
/** @import { Health, StoreInfo } from '../core/types.mjs' */

/** @param {App} app @param {Health[]} stores */
export function storeCards(app, stores) {
  return stores.map((health) => {
    const info = app.info.stores.find(({ name }) => name === health.name)
    return card(health, info, health.name === app.store.name)
  })
}

/** @param {Health} health @param {StoreInfo | undefined} info @param {boolean} isChosen */
function card({ name, status, latency, role, reason }, info, isChosen) {
  const facts = [
    ['Engine', info?.engine],
    ['Server', info?.server],
    ['Key prefix', info?.keyPrefix],
    ['Role', role],
    [status === 'down' ? 'Waited' : 'Round trip', latency === undefined ? undefined : formatLatency(latency)],
  ].filter((fact) => fact[1])
  return element(
    'section',
    { class: `card ${isChosen ? 'chosen' : ''}`, 'aria-label': plainText(name) },
    element(
      'div',
      { class: 'card-head' },
      element('h3', {}, element('a', { href: formatRoute({ view: 'health', store: name }) }, nameNode(name))),
      element('span', { class: `status status-${status}` }, status),
    ),
    element(
      'dl',
      {},
      ...facts.flatMap(([title, text = '']) => [element('dt', {}, title), element('dd', {}, plainText(text))]),
    ),
    reason ? element('p', { class: 'reason' }, reason) : null,
  )
}
