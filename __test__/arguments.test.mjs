// @ts-check
import { wrongArguments } from './contract/arguments.mjs'
import { onEveryStore } from './support/on-every-store.mjs'

onEveryStore('arguments', [wrongArguments])
