// @ts-check
'use strict';
/*
 * Loaded before everything else in each Node process of this project, the notebooks' kernel included: tfjs-node 4.22
 * calls two functions of `util` that Node 23 removed and that Node 22 warns of.
 */
const util = require('node:util');

Object.assign(util, {
  /** @param {unknown} value */
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
});
