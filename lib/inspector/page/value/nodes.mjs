// @ts-check
// A JSON value as nodes of a tree. Long arrays and objects are divided into ranges, so that no node has more than 100 children.

/**
 * @typedef {{
 *   name: string | number | undefined, path: string, value: unknown,
 *   range?: { from: number, to: number },
 * }} TreeNode `name` is undefined for the root; `range`: the node is a part of `value`
 */

const PORTION = 100
/** The members of objects, which a tree reads several times. @type {WeakMap<object, string[]>} */
const members = new WeakMap()

/** @param {unknown} value @returns {TreeNode} */
export function rootNode(value) {
  return { name: undefined, path: '$', value }
}

/** @param {unknown} value @returns {value is object} */
export function isContainer(value) {
  return typeof value === 'object' && value !== null
}

/** @param {object} value @returns {string[]} */
export function membersOf(value) {
  const known = members.get(value) ?? Object.keys(value)
  members.set(value, known)
  return known
}

/** @param {object} value */
export function sizeOf(value) {
  return Array.isArray(value) ? value.length : membersOf(value).length
}

/** @param {TreeNode} node */
export function hasChildren({ value }) {
  return isContainer(value) && sizeOf(value) > 0
}

/** @param {TreeNode} node @returns {TreeNode[]} */
export function childrenOf(node) {
  const { value, path } = node
  if (!isContainer(value)) return []
  const { from, to } = node.range ?? { from: 0, to: sizeOf(value) }
  const step = stepFor(to - from)
  if (step > 1) return rangesOf(node, from, to, step)
  const owner = node.range ? path.slice(0, path.lastIndexOf('#')) : path
  return Array.from({ length: to - from }, (_, at) => childAt(value, from + at, owner))
}

/** How many items each child has: a power of 100. @param {number} count */
function stepFor(count) {
  let step = 1
  while (count / step > PORTION) step *= PORTION
  return step
}

/** @param {TreeNode} node @param {number} from @param {number} to @param {number} step @returns {TreeNode[]} */
function rangesOf({ value, path, range }, from, to, step) {
  const owner = range ? path.slice(0, path.lastIndexOf('#')) : path
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, at) => {
    const start = from + at * step
    const end = Math.min(start + step, to)
    return { name: `${start} … ${end - 1}`, path: `${owner}#${start}-${end}`, value, range: { from: start, to: end } }
  })
}

/** @param {object} value @param {number} at @param {string} owner @returns {TreeNode} */
function childAt(value, at, owner) {
  if (Array.isArray(value)) return { name: at, path: `${owner}/${at}`, value: value[at] }
  const name = membersOf(value)[at] ?? ''
  return { name, path: `${owner}/${encodeURIComponent(name.toWellFormed())}`, value: Reflect.get(value, name) }
}

/** What copying the node copies. @param {TreeNode} node @returns {unknown} */
export function contentOf({ value, range }) {
  if (!range || !isContainer(value)) return value
  if (Array.isArray(value)) return value.slice(range.from, range.to)
  return Object.fromEntries(
    membersOf(value)
      .slice(range.from, range.to)
      .map((name) => [name, Reflect.get(value, name)]),
  )
}
