// @ts-check

/**
 * One sub-step of set-up. It judges what is there by what it should have produced, so an interrupted one is done again.
 *
 * @typedef {object} Step
 * @property {string} title what it makes
 * @property {number} megabytes room that it takes on the disk at its peak
 * @property {() => boolean} isDone
 * @property {() => Promise<void>} perform
 */
export {};
