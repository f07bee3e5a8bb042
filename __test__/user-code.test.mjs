// @ts-check

import { userCode } from './contract/user-code.mjs'
import { onEveryStore } from './support/on-every-store.mjs'

onEveryStore('user code', [userCode])
