// @ts-check
// The expressions of a Grafana dashboard, as Grafana sends them.

/** @typedef {{ title: string, expression: string }} Expression */

/** What Grafana replaces in expressions, if all values of the variables are selected. @type {Record<string, string>} */
const VARIABLES = { __rate_interval: '10s', job: '.*', store: '.*' }

/**
 * @param {any} dashboard
 * @returns {Expression[]} of its panels and variables
 */
export function expressionsOf({ panels, templating }) {
  const ofPanels = panels.flatMap((/** @type {any} */ { title, targets = [] }) =>
    targets.map((/** @type {any} */ { refId, expr }) => ({ title: `${title}, ${refId}`, expression: filled(expr) })),
  )
  const ofVariables = templating.list.flatMap((/** @type {any} */ { name, query }) => {
    const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(query?.query ?? '') ?? []
    return label === undefined
      ? []
      : [{ title: `variable ${name}`, expression: `group by (${label}) (${filled(selector)})` }]
  })
  return [...ofPanels, ...ofVariables]
}

/** @param {string} expression */
function filled(expression) {
  return expression.replace(/\$(\w+)/g, (_, name) => {
    if (VARIABLES[name] === undefined) throw new Error(`there is no variable ${name}`)
    return VARIABLES[name]
  })
}
