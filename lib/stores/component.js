// @ts-check
'use strict'

const { isRecord } = require('./malformed.js')
const { OPTIONS, typeOfOptions } = require('./component-options.js')
const { stemOf } = require('./sources.js')

/**
 * @typedef {import('./document.js').Document} Document
 * @typedef {import('./document.js').Path} Path
 *
 * @typedef {object} Item an option of a component
 * @property {string} name as the file has it
 * @property {Path} path of the item in its document
 * @property {string} [value]
 * @property {{ name: string, key: string }} [secret]
 * @property {string} [variable] of the environment
 *
 * @typedef {object} Component a component of Dapr, in either of its forms
 * @property {Document} document
 * @property {string} name
 * @property {string} type
 * @property {string} version
 * @property {string} [namespace]
 * @property {string[]} scopes
 * @property {string} [secretStore]
 * @property {Map<string, string>} secrets that the file itself has (Azure Container Apps)
 * @property {Item[]} items
 */

const FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'auth', 'scopes']
const SPEC_FIELDS = ['type', 'version', 'metadata', 'initTimeout', 'ignoreErrors']
const ITEM_FIELDS = ['name', 'value', 'secretKeyRef', 'envRef']
const CONTAINER_APP_FIELDS = [
  'componentType',
  'version',
  'metadata',
  'secrets',
  'scopes',
  'initTimeout',
  'ignoreErrors',
]
const DEFAULT_VERSION = 'v1'

/**
 * Reads a component; `undefined` if the document is of another kind, as Dapr passes over it.
 *
 * @param {Document} document
 * @returns {Component | undefined}
 */
function readComponent(document) {
  const value = document.record(document.value, [])
  if ('componentType' in value) return ofContainerApp(document)
  if (typeof value.kind === 'string' && value.kind !== 'Component') return undefined
  if (!isRecord(value.metadata) && !('kind' in value)) {
    throw document.malformed([], 'is neither a component (kind: Component) nor a configuration with stores')
  }
  return ofDapr(document)
}

/** @param {Document} document @returns {Component} */
function ofDapr(document) {
  const { metadata, spec, auth, scopes } = document.record(document.value, [], FIELDS)
  const name = document.text(document.record(metadata, ['metadata']).name, ['metadata', 'name'])
  if (name === undefined) throw document.malformed(['metadata', 'name'], 'is missing')
  const fields = document.record(spec, ['spec'], SPEC_FIELDS)
  const items = itemsOf(document, fields.metadata, ['spec', 'metadata'])
  return {
    ...{ document, name, items, secrets: new Map(), scopes: document.texts(scopes, ['scopes']) },
    type: document.text(fields.type, ['spec', 'type']) ?? inferredType(document, items, ['spec', 'type']),
    version: document.text(fields.version, ['spec', 'version']) ?? DEFAULT_VERSION,
    namespace: document.text(metadata.namespace, ['metadata', 'namespace']),
    secretStore: document.text(isRecord(auth) ? auth.secretStore : auth, ['auth', 'secretStore']),
  }
}

/** @param {Document} document @returns {Component} */
function ofContainerApp(document) {
  const fields = document.record(document.value, [], CONTAINER_APP_FIELDS)
  return {
    ...{ document, name: stemOf(document.file ?? ''), scopes: document.texts(fields.scopes, ['scopes']) },
    items: itemsOf(document, fields.metadata, ['metadata']),
    secrets: secretsOf(document, fields.secrets),
    type: document.text(fields.componentType, ['componentType']) ?? '',
    version: document.text(fields.version, ['version']) ?? DEFAULT_VERSION,
  }
}

/** @param {Document} document @param {Item[]} items @param {Path} path */
function inferredType(document, items, path) {
  const type = typeOfOptions(items.map(({ name }) => name))
  if (type !== undefined) return type
  throw document.malformed(path, 'is missing', { remedy: `Known types: ${Object.keys(OPTIONS).join(', ')}.` })
}

/** @param {Document} document @param {unknown} list @param {Path} path @returns {Item[]} */
function itemsOf(document, list, path) {
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw document.malformed(path, 'expected a list of names and values')
  const items = list.map((item, index) => itemOf(document, item, [...path, index]))
  const names = items.map(({ name }) => name.toLowerCase())
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice !== -1) throw document.malformed(items[twice].path, 'an option is there twice')
  return items
}

/** @param {Document} document @param {unknown} item @param {Path} path @returns {Item} */
function itemOf(document, item, path) {
  const fields = document.record(item, path, [...ITEM_FIELDS, 'secretRef'])
  const name = document.text(fields.name, [...path, 'name'])
  if (name === undefined) throw document.malformed([...path, 'name'], 'is missing')
  const secretName = document.text(fields.secretRef, [...path, 'secretRef'])
  return {
    ...{ name, path, value: textOf(document, fields.value, [...path, 'value']) },
    secret:
      secretName === undefined ? secretOf(document, fields.secretKeyRef, path) : { name: secretName, key: secretName },
    variable: document.text(fields.envRef, [...path, 'envRef']),
  }
}

/** @param {Document} document @param {unknown} value @param {Path} path */
function textOf(document, value, path) {
  if (value === undefined || value === null) return undefined
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value)
  throw document.malformed(path, 'expected a text, a number or a boolean')
}

/** @param {Document} document @param {unknown} ref @param {Path} path */
function secretOf(document, ref, path) {
  if (ref === undefined || ref === null) return undefined
  const at = [...path, 'secretKeyRef']
  if (typeof ref === 'string' && ref !== '') return { name: ref, key: ref }
  const fields = document.record(ref, at, ['name', 'key'])
  const name = document.text(fields.name, [...at, 'name'])
  if (name === undefined) throw document.malformed([...at, 'name'], 'is missing')
  return { name, key: document.text(fields.key, [...at, 'key']) ?? name }
}

/** @param {Document} document @param {unknown} list */
function secretsOf(document, list) {
  /** @type {Map<string, string>} */
  const secrets = new Map()
  if (list === undefined || list === null) return secrets
  if (!Array.isArray(list)) throw document.malformed(['secrets'], 'expected a list of names and values')
  list.forEach((item, index) => {
    const { name, value } = document.record(item, ['secrets', index])
    if (typeof name !== 'string') throw document.malformed(['secrets', index, 'name'], 'is missing')
    if (typeof value === 'string' && value !== '') secrets.set(name, value)
  })
  return secrets
}

module.exports = { readComponent }
