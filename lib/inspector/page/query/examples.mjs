// @ts-check

/** @typedef {{ title: string, filter: string, sort: string }} Example */

/** @type {Example[]} */
export const EXAMPLES = [
  { title: 'Equal', filter: '{ "EQ": { "status": "open" } }', sort: '' },
  {
    title: 'Range, largest first',
    filter: '{ "GTE": { "total": 100 } }',
    sort: '[{ "key": "total", "order": "DESC" }]',
  },
  { title: 'One of several', filter: '{ "IN": { "customer.country": ["DE", "FR"] } }', sort: '' },
  {
    title: 'Combined',
    filter: '{\n  "AND": [\n    { "EQ": { "status": "open" } },\n    { "NOT": { "LT": { "total": 50 } } }\n  ]\n}',
    sort: '[{ "key": "customer.country" }, { "key": "total", "order": "DESC" }]',
  },
]

export const FILTER_HINT =
  'EQ, NEQ, IN, GT, GTE, LT, LTE on a path into the value (customer.country), combined with AND, OR, NOT. Empty: all entries.'
export const SORT_HINT = 'Paths in order of importance, ASC or DESC. Empty: by group, then by key.'
