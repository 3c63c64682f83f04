/** Calandria's version, as recordings tell it; a test compares it with package.json. */
export const PACKAGE_VERSION = '0.1.0'
