// @ts-check

import { watch } from './contract/watch.mjs'
import { onEveryStore } from './support/on-every-store.mjs'

onEveryStore('watching', [watch])
