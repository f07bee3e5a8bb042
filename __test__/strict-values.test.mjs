// @ts-check

import { strictValues } from './contract/strict-values.mjs'
import { onEveryStore } from './support/on-every-store.mjs'

onEveryStore('strict values', [strictValues])
