/**
 * A duration with its unit: `'500ms'`, `'1.5s'`, `'10m'` (minutes), `'2h'`, `'30d'`. It must come to a whole number of
 * milliseconds, at most 366 days. A number without a unit rejects with `ERR_INVALID_ARGUMENT`.
 */
export type Duration = `${number}ms` | `${number}s` | `${number}m` | `${number}h` | `${number}d`
