// @ts-check

/**
 * One step of set-up. It counts as done only if all that it should have produced is there, so an interrupted one is done again.
 *
 * @typedef {object} Step
 * @property {string} title what it makes
 * @property {number} megabytes room that it takes on the disk at its peak
 * @property {() => boolean} isDone
 * @property {() => Promise<void>} perform
 */
export {};
