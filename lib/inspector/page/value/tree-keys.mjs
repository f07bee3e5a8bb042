// @ts-check
// What the keys do in a tree, as in the ARIA pattern "tree view".

/** @typedef {{ focus?: HTMLElement, toggle?: boolean, siblings?: boolean, copy?: boolean }} TreeAction */

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} item that has the focus
 * @param {HTMLElement[]} items that are visible
 * @returns {TreeAction | undefined}
 */
export function keyAction({ key, ctrlKey, metaKey, altKey }, item, items) {
  if ((ctrlKey || metaKey) && key === 'c' && getSelection()?.isCollapsed !== false) return { copy: true }
  if (ctrlKey || metaKey || altKey) return undefined
  const at = items.indexOf(item)
  const expanded = item.getAttribute('aria-expanded')
  switch (key) {
    case 'ArrowDown':
      return focus(items[at + 1])
    case 'ArrowUp':
      return focus(items[at - 1])
    case 'Home':
      return focus(items[0])
    case 'End':
      return focus(items.at(-1))
    case 'ArrowRight':
      if (expanded === 'false') return { toggle: true }
      return expanded === 'true' ? focus(items[at + 1]) : {}
    case 'ArrowLeft':
      return expanded === 'true' ? { toggle: true } : focus(parentOf(item))
    case 'Enter':
    case ' ':
      return { toggle: true }
    case '*':
      return { siblings: true }
    default:
      return key.length === 1 ? focus(nextStarting(key, at, items)) : undefined
  }
}

/** @param {HTMLElement | null | undefined} item @returns {TreeAction} */
function focus(item) {
  return item ? { focus: item } : {}
}

/** @param {HTMLElement} item */
function parentOf(item) {
  const parent = item.closest('ul')?.previousElementSibling
  return parent instanceof HTMLElement ? parent : null
}

/** @param {string} character @param {number} at @param {HTMLElement[]} items */
function nextStarting(character, at, items) {
  const after = [...items.slice(at + 1), ...items.slice(0, at)]
  return after.find((item) => item.textContent?.toLowerCase().startsWith(character.toLowerCase()))
}
