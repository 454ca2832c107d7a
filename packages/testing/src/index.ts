export { eachDatabase, type TestDatabase } from './databases.ts'
export { findPostgresBin, freePort, type PostgresCluster, startPostgres } from './postgres.ts'
export { startServer, type TestServer } from './server.ts'
