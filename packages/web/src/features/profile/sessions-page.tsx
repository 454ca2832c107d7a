import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import {
  Button,
  PageBody,
  PageHead,
  SkeletonRows,
  TablePanel,
  Td,
  Th,
  Timestamp,
  Tr,
  toast,
  toastError,
} from '../../components/ui/index.ts'
import { root } from '../../lib/api.ts'
import { date, plural } from '../../lib/format.ts'
import { usePage } from '../../lib/page.ts'
import { describeAgent } from './user-agent.ts'

interface Session {
  id: string
  created: string
  updated: string
  ip_address: string | null
  user_agent: string | null
  /** Epoch seconds. */
  expires_at: number
  current: boolean
}

const KEY = ['me', 'sessions']

export function SessionsPage() {
  usePage({ title: 'Sessions', crumbs: [{ label: 'Sessions' }] })
  const queryClient = useQueryClient()
  const sessions = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => root.get<Session[]>('/me/sessions', { signal }),
  })
  const revoke = useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) await root.post(`/me/sessions/${id}/terminate`)
    },
    onSuccess: (_, ids) => toast({ title: `${plural(ids.length, 'session')} signed out` }),
    onError: (error) => toastError('Not signed out', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: KEY }),
  })
  const rows = sessions.data?.toSorted(
    (a, b) => Number(b.current) - Number(a.current) || b.updated.localeCompare(a.updated),
  )
  const others = rows?.filter((each) => !each.current) ?? []
  return (
    <PageBody>
      <PageHead title="Sessions" lead="The browsers that are signed in as you. Keys are not listed here.">
        {others.length > 1 ? (
          <Button
            kind="bad"
            busy={revoke.isPending && revoke.variables.length > 1}
            onClick={() => revoke.mutate(others.map((each) => each.id))}
          >
            Sign out the other {others.length}
          </Button>
        ) : null}
      </PageHead>
      <TablePanel label="Sessions" query={sessions}>
        <colgroup>
          <col />
          <col className="w-38 max-md:hidden" />
          <col className="w-32 max-md:hidden" />
          <col className="w-32 max-md:w-28" />
          <col className="w-32 max-md:hidden" />
          <col className="w-28 max-md:w-24" />
        </colgroup>
        <thead>
          <tr>
            <Th>Browser</Th>
            <Th className="max-md:hidden">Address</Th>
            <Th className="max-md:hidden">Signed in</Th>
            <Th>Last seen</Th>
            <Th className="max-md:hidden">Ends</Th>
            <Th>
              <span className="sr-only">Sign out</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {rows ? (
            rows.map((each) => (
              <Tr key={each.id}>
                <Td title={each.user_agent ?? undefined}>
                  <span className="font-medium">{describeAgent(each.user_agent)}</span>
                  {each.current ? (
                    <span className="text-text-2 max-md:block max-md:text-small"> this one</span>
                  ) : null}
                </Td>
                <Td className="font-mono text-small text-text-2 max-md:hidden">{each.ip_address ?? '–'}</Td>
                <Td className="text-text-2 max-md:hidden">
                  <Timestamp at={each.created} />
                </Td>
                <Td className="text-text-2">
                  <Timestamp at={each.updated} />
                </Td>
                <Td className="text-text-2 max-md:hidden">{date(each.expires_at * 1000)}</Td>
                <Td className="text-right">
                  {each.current ? null : (
                    <Button
                      kind="bare-bad"
                      size="small"
                      aria-label={`Sign out ${describeAgent(each.user_agent)} at ${each.ip_address ?? 'an unknown address'}`}
                      busy={revoke.isPending && revoke.variables.includes(each.id)}
                      onClick={() => revoke.mutate([each.id])}
                    >
                      Sign out
                    </Button>
                  )}
                </Td>
              </Tr>
            ))
          ) : (
            <SkeletonRows rows={2} widths={['40%', '70%', '60%', '60%', '60%', '40%']} />
          )}
        </tbody>
      </TablePanel>
    </PageBody>
  )
}
