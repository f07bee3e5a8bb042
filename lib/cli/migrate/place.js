// @ts-check
'use strict'

/**
 * Where entries are: a server with one layout of keys. `EntriesPlace`, `IiiPlace` and `DaprPlace` are such.
 *
 * @typedef {import('../../names/sorted-names.js').SortedNames} SortedNames
 * @typedef {import('../../names/name.js').Name} Name
 * @typedef {import('./value-text.js').Found} Found
 * @typedef {{ name: Name, found: Found, isNew: boolean, ifAbsent: boolean }} Copy what is to be written
 *
 * @typedef {object} Place
 * @property {string} description for messages, without credentials
 * @property {boolean} keepsText whether values are stored as the text that is written
 * @property {boolean} keepsTtl whether entries can expire
 * @property {boolean} joinsNames whether the key `b:c` of the trace `a` and the key `c` of the trace `a:b` are one
 * @property {(traceId: string) => boolean} mayHave whether the last listing could have entries of a trace
 * @property {(onUnusable: (name: string, why: string) => void, signal: AbortSignal) => Promise<SortedNames>} names of all entries.
 *   `onUnusable`: called for a key that has no name of an entry
 * @property {(names: Name[]) => Promise<(Found | null)[]>} read
 * @property {(name: Name) => boolean} [excludes] whether a name that it lists is that of an entry of the other side
 *
 * @typedef {object} TargetMethods
 * @property {(copies: Copy[]) => Promise<(undefined | 'kept' | Error)[]>} write `kept`: with `ifAbsent`, the entry existed
 * @property {(names: Name[]) => Promise<void>} remove
 *
 * @typedef {Place & TargetMethods} TargetPlace
 */

module.exports = {}
