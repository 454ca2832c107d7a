/** The release of Orrery. */
export const ORRERY_VERSION = '0.1.0'

/** The Prefect release whose behaviour we answer with: clients check that the major is theirs and the minor not older. */
export const PREFECT_VERSION = '3.9.1'

/** The API version that clients send in `X-PREFECT-API-VERSION`. */
export const API_VERSION = '0.8.4'
