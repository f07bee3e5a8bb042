// @ts-check
// The methods that change a part of a value, or a number.

import { increments } from './contract/increments.mjs'
import { numbers } from './contract/numbers.mjs'
import { updateTexts } from './contract/update-texts.mjs'
import { updates } from './contract/updates.mjs'
import { onEveryStore } from './support/on-every-store.mjs'

onEveryStore('a value that is changed in part', [increments, numbers, updates, updateTexts])
