// @ts-check
'use strict'

const { resolve } = require('node:path')
const { readComponent } = require('./component.js')
const { isRecord } = require('./malformed.js')
const { secretsPath } = require('./secrets.js')

/**
 * @typedef {import('./document.js').Document} Document
 * @typedef {import('./secrets.js').SecretStore} SecretStore
 */

const TYPES = ['secretstores.local.env', 'secretstores.local.file']

/**
 * Separates the secret stores that need no service, and the files of their secrets, from the other documents: a file of secrets
 * in the same folder is no configuration.
 *
 * @param {Document[]} documents
 * @returns {{ secretStores: SecretStore[], others: Document[] }}
 */
function separateSecrets(documents) {
  const ofStores = documents.filter(isSecretStore)
  const secretStores = ofStores.map(secretStoreOf)
  const files = new Set(secretStores.map(secretsPath))
  const others = documents.filter((one) => !ofStores.includes(one) && !files.has(resolve(one.file ?? '')))
  return { secretStores, others }
}

/** @param {Document} document */
function isSecretStore({ value }) {
  return isRecord(value) && value.kind === 'Component' && isRecord(value.spec) && TYPES.includes(value.spec.type)
}

/** @param {Document} document @returns {SecretStore} */
function secretStoreOf(document) {
  const { name, type, items } = /** @type {import('./component.js').Component} */ (readComponent(document))
  const settings = Object.fromEntries(items.map((item) => [item.name.toLowerCase(), item.value ?? '']))
  return { name, type: /** @type {any} */ (type), settings, file: document.file ?? '' }
}

module.exports = { separateSecrets }
