// @ts-check
// A JSON value as a tree (the ARIA pattern "tree view"). Children exist in the document only while their parent is expanded.

import { copy } from '../core/clipboard.mjs'
import { element } from '../core/dom.mjs'
import { jsonText, nameNode, plainText } from '../core/text.mjs'
import { childrenOf, contentOf, hasChildren, rootNode } from './nodes.mjs'
import { scalarNode, sizeText } from './preview.mjs'
import { keyAction } from './tree-keys.mjs'

/** @typedef {import('./nodes.mjs').TreeNode} TreeNode */

/** Rows that a new tree may have expanded. */
const FIRST_ROWS = 60
/** Rows that the key `*` may expand at a time. */
const MAX_ROWS = 1000

export class ValueTree {
  element = element('ul', { class: 'tree', role: 'tree' })
  /** Paths of the nodes that are expanded; survives a new value. @type {Set<string>} */
  #expanded = new Set()
  #isTouched = false
  /** @type {WeakMap<Element, TreeNode>} */
  #nodes = new WeakMap()

  /** @param {string} label */
  constructor(label) {
    this.element.setAttribute('aria-label', label)
    this.element.addEventListener('keydown', (event) => this.#onKey(event))
    this.element.addEventListener('click', (event) => this.#onClick(event))
  }

  /** @param {unknown} value */
  show(value) {
    const focused = this.element.contains(document.activeElement) && pathOf(document.activeElement)
    const root = rootNode(value)
    if (!this.#isTouched) this.#expanded = firstExpanded(root)
    this.element.replaceChildren(this.#branch(root, 1))
    const items = this.#items()
    const again = items.find((item) => focused && pathOf(item) === focused)
    const entry = again ?? items[0]
    if (entry) entry.tabIndex = 0
    if (focused) entry?.focus()
  }

  /** @returns {HTMLElement[]} the items that are visible, from top to bottom */
  #items() {
    return [.../** @type {NodeListOf<HTMLElement>} */ (this.element.querySelectorAll('[role=treeitem]'))]
  }

  /** An item, and the group of its children beside it, so that its name is only its own text. @param {TreeNode} node @param {number} level */
  #branch(node, level) {
    const attributes = { class: 'tree-row', role: 'treeitem', tabindex: -1, 'aria-level': level }
    const item = element('div', attributes, ...contentsOf(node))
    item.dataset.path = node.path
    this.#nodes.set(item, node)
    const branch = element('li', { role: 'none' }, item)
    if (hasChildren(node)) this.#setExpanded(item, this.#expanded.has(node.path))
    return branch
  }

  /** @param {HTMLElement} item @param {boolean} isExpanded */
  #setExpanded(item, isExpanded) {
    const node = this.#nodes.get(item)
    if (!node || !hasChildren(node)) return
    item.setAttribute('aria-expanded', `${isExpanded}`)
    item.nextElementSibling?.remove()
    if (isExpanded) this.#expanded.add(node.path)
    else this.#expanded.delete(node.path)
    if (!isExpanded) return
    const level = Number(item.getAttribute('aria-level')) + 1
    item.after(element('ul', { role: 'group' }, ...childrenOf(node).map((child) => this.#branch(child, level))))
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const item = event.target instanceof Element ? event.target.closest('[role=treeitem]') : null
    if (!(item instanceof HTMLElement)) return
    this.#focus(item)
    // A selection of text is not a click.
    if (getSelection()?.isCollapsed !== false) this.#toggle(item)
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const item = event.target
    if (!(item instanceof HTMLElement) || item.role !== 'treeitem') return
    const action = keyAction(event, item, this.#items())
    if (!action) return
    event.preventDefault()
    if (action.focus) this.#focus(action.focus)
    if (action.toggle) this.#activate(item)
    if (action.siblings) this.#expandSiblings(item)
    if (action.copy) this.#copy(item)
  }

  /** @param {HTMLElement} item */
  #focus(item) {
    for (const other of this.element.querySelectorAll('[tabindex="0"]')) other.setAttribute('tabindex', '-1')
    item.tabIndex = 0
    item.focus()
  }

  /** Toggles an item, or shows all of a long string. @param {HTMLElement} item */
  #activate(item) {
    const button = item.querySelector('.show-all')
    if (button instanceof HTMLElement) button.click()
    else this.#toggle(item)
  }

  /** @param {HTMLElement} item */
  #toggle(item) {
    this.#isTouched = true
    this.#setExpanded(item, item.getAttribute('aria-expanded') === 'false')
  }

  /** @param {HTMLElement} item */
  #expandSiblings(item) {
    this.#isTouched = true
    for (const branch of item.closest('ul')?.children ?? []) {
      const sibling = branch.firstElementChild
      if (this.#items().length > MAX_ROWS) return
      if (sibling?.getAttribute('aria-expanded') === 'false')
        this.#setExpanded(/** @type {HTMLElement} */ (sibling), true)
    }
  }

  /** @param {HTMLElement} item */
  #copy(item) {
    const node = this.#nodes.get(item)
    if (node) copy(jsonText(contentOf(node)), node.name === undefined ? 'Value' : plainText(`${node.name}`))
  }
}

/** @param {Element | null} item */
function pathOf(item) {
  return item instanceof HTMLElement ? item.dataset.path : undefined
}

/** Expands the root, then level by level what has few children, while there are few rows. @param {TreeNode} root @returns {Set<string>} */
function firstExpanded(root) {
  const expanded = new Set([root.path])
  const queue = childrenOf(root)
  let rows = 1 + queue.length
  for (let node = queue.shift(); node && rows < FIRST_ROWS; node = queue.shift()) {
    const children = childrenOf(node)
    if (node.range || rows + children.length > FIRST_ROWS) continue
    rows += children.length
    expanded.add(node.path)
    queue.push(...children)
  }
  return expanded
}

/** @param {TreeNode} node */
function contentsOf(node) {
  const { name, value, range } = node
  const isIndex = typeof name === 'number' || range !== undefined
  const title =
    name !== undefined && element('span', { class: isIndex ? 'tree-index' : 'tree-name' }, nameNode(`${name}`))
  return [
    element('span', { class: hasChildren(node) ? 'twisty' : 'no-twisty', 'aria-hidden': 'true' }),
    title,
    title && !range && element('span', { class: 'colon' }, ': '),
    !range && valueNode(value),
  ]
}

/** @param {unknown} value */
function valueNode(value) {
  if (typeof value !== 'object' || value === null) return scalarNode(value)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  const isEmpty = Object.keys(value).length === 0
  return element(
    'span',
    { class: 'json-container' },
    isEmpty ? `${open}${close}` : `${open} ${sizeText(value)} ${close}`,
  )
}
