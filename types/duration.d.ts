/**
 * A duration with its unit: `'500ms'`, `'1.5s'`, `'10m'` (minutes), `'2h'`, `'30d'`. It must come to a whole number of
 * milliseconds, at most 366 days. A number without a unit rejects with `ERR_INVALID_ARGUMENT`.
 */
export type Duration = `${number}ms` | `${number}s` | `${number}m` | `${number}h` | `${number}d`

/**
 * A time to live: whole seconds as a number, 1 to 4294967295, or a duration with its unit, `'1ms'` to `'4294967295s'`.
 * Stores on Azure Cosmos DB count whole seconds: a duration such as `'1500ms'` rejects there with `ERR_INVALID_ARGUMENT`.
 */
export type TimeToLive = number | Duration
