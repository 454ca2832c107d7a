import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { parseArtifactSearch, parseArtifactsSearch } from '../features/artifacts/search.ts'
import { workspaceRoute } from './signed-in.tsx'

const artifactsRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: 'artifacts',
  validateSearch: parseArtifactsSearch,
  component: lazyRouteComponent(() => import('../features/artifacts/artifacts-page.tsx'), 'ArtifactsPage'),
})

const artifactKeyRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: 'artifacts/key/$artifactKey',
  validateSearch: parseArtifactSearch,
  component: lazyRouteComponent(() => import('../features/artifacts/key-page.tsx'), 'ArtifactKeyPage'),
})

const artifactRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: 'artifacts/artifact/$artifactId',
  validateSearch: parseArtifactSearch,
  component: lazyRouteComponent(() => import('../features/artifacts/artifact-page.tsx'), 'ArtifactPage'),
})

export const artifactRoutes = [artifactsRoute, artifactKeyRoute, artifactRoute] as const
