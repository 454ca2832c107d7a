import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { Loading } from '../../components/ui/index.ts'
import { usePollInterval } from '../../lib/live.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { useLiveArtifacts } from './live.ts'
import { type OfRun, runCountQuery } from './queries.ts'

const RunArtifacts = lazy(() => import('./run-artifacts.tsx'))

/** The tab of a run's artifacts, where it has any: spread it into the list of tabs. */
export function useArtifactsTab(of: OfRun, ended: boolean): { id: string; label: string; count: number }[] {
  const ws = useWorkspace()
  const poll = usePollInterval(10_000)
  useLiveArtifacts()
  const { data = 0 } = useQuery({ ...runCountQuery(ws, of, ended), refetchInterval: ended ? false : poll })
  return data > 0 ? [{ id: 'artifacts', label: 'Artifacts', count: data }] : []
}

/** What stands in that tab; loaded when it is opened. */
export function ArtifactsTab(props: { of: OfRun; ended: boolean }) {
  return (
    <Suspense
      fallback={
        <p className="p-4">
          <Loading label="Loading the artifacts" />
        </p>
      }
    >
      <RunArtifacts {...props} />
    </Suspense>
  )
}
