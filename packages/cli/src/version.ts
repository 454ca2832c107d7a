/** This program's version: that of its package, which a test compares. */
export const CLI_VERSION = '0.1.0'
