import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Icon, StateGlyph } from '../../components/ui/index.ts'
import { useLiveEvents, usePollInterval } from '../../lib/live.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { isLook, valuesOf } from './filter.ts'
import { RunsLink } from './links.tsx'
import { capped } from './list-queries.ts'
import { runEvent, useThrottled } from './live.ts'
import { MOST_PINNED, patchTo, type SavedView, viewCountsQuery, viewKeys, viewsQuery } from './views.ts'

/** The reader's pinned views in the sidebar, each with how many runs it holds at the moment. */
export function PinnedViews({ rail }: { rail: boolean }) {
  const ws = useWorkspace()
  const client = useQueryClient()
  const poll = usePollInterval(60_000)
  const list = useQuery(viewsQuery(ws))
  const views = (list.data ?? []).filter((view) => view.pinned).slice(0, MOST_PINNED)
  const counts = useQuery({ ...viewCountsQuery(ws, views), refetchInterval: poll })
  const recount = useThrottled(() => {
    void client.invalidateQueries({ queryKey: viewKeys.counts(ws) })
  }, 10_000)
  useLiveEvents((event) => {
    if (views.length && runEvent(event)) recount()
  })
  if (views.length === 0) return null
  return (
    <div>
      {rail ? (
        <hr className="mx-1.5 my-2 border-line" />
      ) : (
        <h2 className="px-2 pt-4 pb-1 text-small font-regular text-text-3">Saved views</h2>
      )}
      <ul>
        {views.map((view) => {
          const n = counts.data?.get(view.id)
          return (
            <li key={view.id}>
              <RunsLink
                search={patchTo(view.search)}
                title={rail ? view.name : undefined}
                className="flex h-(--control) items-center gap-2.5 rounded-control px-2 font-medium text-text-2 hover:bg-hover hover:text-text"
              >
                <Sign view={view} />
                <span className={rail ? 'sr-only' : 'clip'}>{view.name}</span>
                {rail ? null : (
                  <span className="ml-auto font-regular text-text-3 tabular-nums">
                    {n === undefined ? '' : capped(n)}
                  </span>
                )}
              </RunsLink>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

/** The glyph of the state that a view is about, or a star. */
function Sign({ view }: { view: SavedView }) {
  const look = valuesOf(view.search.state).find(isLook)
  return look ? <StateGlyph look={look} /> : <Icon name="star" className="text-text-3" />
}
