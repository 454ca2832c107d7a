import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLiveEvents, usePollInterval } from '../../lib/live.ts'
import { useWorkspace, type Workspace } from '../../lib/workspace.ts'

export interface Onboarding {
  first_event_at: string | null
  first_flow_run_at: string | null
}

export const onboardingKey = (workspace: Workspace) => [workspace.key, 'onboarding'] as const

/** Whether anything ever arrived in this workspace. The first event over the socket answers it at once. */
export function useOnboarding() {
  const workspace = useWorkspace()
  const queryClient = useQueryClient()
  const poll = usePollInterval(3_000)
  const query = useQuery({
    queryKey: onboardingKey(workspace),
    queryFn: ({ signal }) => workspace.api.get<Onboarding>('/ui/onboarding', { signal }),
    // Slowly even while live: the socket tells of events, the server of what came before this page was open.
    refetchInterval: (state) => (state.state.data?.first_event_at ? false : poll || 15_000),
  })
  useLiveEvents(() => {
    const seen = queryClient.getQueryData<Onboarding>(onboardingKey(workspace))
    if (seen && !seen.first_event_at)
      void queryClient.invalidateQueries({ queryKey: onboardingKey(workspace) })
  })
  return query
}
