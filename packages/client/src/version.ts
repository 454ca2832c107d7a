/** The Prefect release whose protocol this client speaks. Servers read it from the `User-Agent`. */
export const PREFECT_VERSION = '3.9.1'

/** This package's own version. */
export const CLIENT_VERSION = '0.1.0'

/** The REST API's version, sent with every request. */
export const CLIENT_API_VERSION = '0.8.4'

/**
 * Servers parse `prefect/x.y.z… (API …)`; a version below 3.4.11, or one that they cannot parse, loses the leases of
 * deployment concurrency. So the release comes first and what we are is its suffix.
 */
export const userAgent = (): string =>
  `prefect/${PREFECT_VERSION}+ts.${CLIENT_VERSION} (API ${CLIENT_API_VERSION})`
