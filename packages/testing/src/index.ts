export { eachDatabase, type TestDatabase } from './databases.ts'
export { type MailServer, startMailServer } from './mail-server.ts'
export { findPostgresBin, freePort, type PostgresCluster, startPostgres } from './postgres.ts'
export { startServer, type TestServer } from './server.ts'
export {
  type ProviderUser,
  type SignInProvider,
  startGithub,
  startOidcProvider,
} from './sign-in-providers.ts'
