export { type Config, ConfigError, type ConfigFlags, readConfig } from './config.ts'
export { runServer } from './run-server.ts'
export { type RunningServer, StartError, type StartOptions, startServer } from './server.ts'
export { ORRERY_VERSION, PREFECT_VERSION } from './version.ts'
