/**
 * The direction of imports: packages, then the server's modules, each importing only leftward
 * (docs/architecture.md). `scripts/check-boundaries.ts` also runs these rules over a fixture that must fail,
 * since a cruiser that finds no files reports success.
 */
const modules = [
  'identity',
  'workspaces',
  'events',
  'logs',
  'variables',
  'saved-searches',
  'blocks',
  'concurrency',
  'flows',
  'work-pools',
  'deployments',
  'artifacts',
  'runs',
  'automations',
  'webhooks',
]

const packages = {
  schemas: [],
  core: ['schemas'],
  client: ['schemas'],
  sdk: ['schemas', 'client'],
  cli: ['schemas', 'client', 'sdk', 'server'],
  server: ['schemas', 'core'],
  web: ['schemas', 'client'],
  orrery: ['sdk', 'cli', 'server', 'client', 'schemas'],
}

const tests = '\\.test(-d)?\\.tsx?$|/testing/|/fixtures/|/interop/'

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...Object.entries(packages).map(([name, allowed]) => ({
      name: `package-${name}`,
      comment: `${name} imports only ${allowed.join(', ') || 'nothing of ours'}`,
      severity: 'error',
      from: { path: `packages/${name}/src/`, pathNot: tests },
      to: {
        path: 'packages/[^/]+/src/',
        pathNot: [name, ...allowed].map((other) => `packages/${other}/src/`),
      },
    })),
    {
      name: 'core-is-pure',
      severity: 'error',
      from: { path: 'packages/(core|schemas)/src/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'cli-starts-the-server-only-when-asked',
      severity: 'error',
      from: { path: 'packages/cli/src/', pathNot: tests },
      to: { path: 'packages/server/src/', dynamic: false, dependencyTypesNot: ['type-only', 'type-import'] },
    },
    ...modules.map((name, index) => ({
      name: `module-${name}`,
      comment: `${name} imports only modules to its left`,
      severity: 'error',
      from: { path: `packages/server/src/modules/${name}/`, pathNot: tests },
      to: {
        path:
          modules
            .slice(index + 1)
            .map((other) => `packages/server/src/modules/${other}/`)
            .join('|') || '^$',
      },
    })),
    ...modules.map((name) => ({
      name: `queries-of-${name}`,
      comment: 'a module calls the service of another, never its queries',
      severity: 'error',
      from: {
        path: 'packages/server/src/modules/',
        pathNot: [`packages/server/src/modules/${name}/`, tests],
      },
      to: { path: `packages/server/src/modules/${name}/[^/]+\\.queries\\.ts$` },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/|\\.test(-d)?\\.tsx?$' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      conditionNames: ['@orrery/source', 'import', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs'],
    },
  },
}
