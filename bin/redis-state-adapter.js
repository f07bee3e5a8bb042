#!/usr/bin/env node
// @ts-check
'use strict'

const { main } = require('../lib/cli/main.js')

main()
