import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLiveEvents, usePollInterval } from '../../lib/live.ts'
import { useStored } from '../../lib/preferences.ts'
import { useWorkspace, type Workspace } from '../../lib/workspace.ts'

export interface Onboarding {
  first_event_at: string | null
  first_flow_run_at: string | null
}

export const onboardingKey = (workspace: Workspace) => [workspace.key, 'onboarding'] as const

// An event comes before the first run where the client registers its flow first.
const isAllThere = (seen: Onboarding | undefined): boolean =>
  seen !== undefined && seen.first_event_at !== null && seen.first_flow_run_at !== null

/** Whether the reader put the welcome of this workspace away, and how to do that. */
export function useWelcomePutAway(): [boolean, () => void] {
  const { workspaceId } = useWorkspace()
  const [done, setDone] = useStored(`onboarded.${workspaceId}`)
  return [done === 'yes', () => setDone('yes')]
}

/** Whether anything ever arrived in this workspace. The first event over the socket answers it at once. */
export function useOnboarding() {
  const workspace = useWorkspace()
  const queryClient = useQueryClient()
  const poll = usePollInterval(3_000)
  const query = useQuery({
    queryKey: onboardingKey(workspace),
    queryFn: ({ signal }) => workspace.api.get<Onboarding>('/ui/onboarding', { signal }),
    // Slowly even while live: the socket tells of events, the server of what came before this page was open.
    refetchInterval: (state) => (isAllThere(state.state.data) ? false : poll || 15_000),
  })
  useLiveEvents(() => {
    const seen = queryClient.getQueryData<Onboarding>(onboardingKey(workspace))
    if (seen && !isAllThere(seen)) void queryClient.invalidateQueries({ queryKey: onboardingKey(workspace) })
  })
  return query
}
