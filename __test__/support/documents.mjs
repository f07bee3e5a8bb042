// @ts-check
// Where the links of a Markdown page lead to.

import { posix } from 'node:path'

/**
 * The relative links of a page, images included; those in code are not links.
 *
 * @param {string} file path of the page from the root of the repository, with `/`
 * @param {string} text
 * @returns {{ link: string, path: string, anchor: string | undefined }[]} `path` from the root of the repository
 */
export function relativeLinks(file, text) {
  const found = withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)
  return [...found].flatMap(([, link]) => {
    if (/^[a-z]+:/.test(link)) return []
    const [path, anchor] = link.split('#')
    return [{ link, path: path === '' ? file : posix.join(posix.dirname(file), path), anchor }]
  })
}

/**
 * The anchors of the headings of a page, as GitHub and npm make them.
 *
 * @param {string} text
 */
export function anchorsOf(text) {
  const headings = withoutBlocks(text).matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** @param {string} text */
function withoutCode(text) {
  // A link whose text is code stays a link: only code that contains a whole link goes.
  return withoutBlocks(text).replace(/`[^`\n]*\]\([^`\n]*`/g, '')
}

/** @param {string} text */
function withoutBlocks(text) {
  return text.replace(/^```.*?^```/gms, '')
}
