import type { Dashboard } from '@orrery/schemas'
import { clsx } from 'clsx'
import { Panel, PanelHead, StateGlyph } from '../../components/ui/index.ts'
import { WorkspaceLink } from '../../components/workspace-link.tsx'
import { count, plural } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { FlowRunLink } from '../runs/links.tsx'
import { SkeletonItems } from './attention.tsx'
import { untilWords } from './strip.tsx'

/** What comes within a day: how many runs of which flow, and when the first begins. */
export function NextDay({ data }: { data: Dashboard | undefined }) {
  const now = useNow(30_000)
  const coming = data?.next_day
  const left = coming ? coming.count - coming.flows.reduce((sum, flow) => sum + flow.count, 0) : 0
  return (
    <Panel aria-labelledby="next">
      <PanelHead
        id="next"
        title={
          <>
            Next 24 hours{' '}
            {coming?.count ? (
              <span className="ml-1 font-regular text-text-3">{count(coming.count)}</span>
            ) : null}
          </>
        }
      >
        {data && coming?.count ? (
          <WorkspaceLink
            to="/runs"
            search={{ state: 'scheduled', from: data.now, to: coming.until }}
            className="link font-medium"
          >
            Show all
          </WorkspaceLink>
        ) : null}
      </PanelHead>
      {!coming ? (
        <SkeletonItems rows={2} />
      ) : coming.count === 0 ? (
        <p className="flex min-h-11.5 items-center px-4 text-text-2">Nothing is scheduled.</p>
      ) : (
        <ul className="grid md:grid-cols-2">
          {coming.flows.map((flow, i) => (
            <li
              key={flow.flow_id}
              className={clsx(
                'border-line',
                i > 0 && 'max-md:border-t',
                i > 1 && 'md:border-t',
                i % 2 === 1 && 'md:border-l',
              )}
            >
              <FlowRunLink
                id={flow.first.id}
                className="grid h-(--row) grid-cols-[14px_minmax(0,1fr)_auto_92px] items-center gap-3 px-4 -outline-offset-2! hover:bg-hover"
              >
                <StateGlyph look="scheduled" />
                <span className="clip">
                  <b className="font-medium">{flow.flow_name}</b>{' '}
                  <span className="text-text-3">{flow.first.name}</span>
                </span>
                <span className="text-text-2 tabular-nums">{plural(flow.count, 'run')}</span>
                <span className="text-right whitespace-nowrap text-text-2 tabular-nums">
                  {untilWords(flow.first.at, now)}
                </span>
              </FlowRunLink>
            </li>
          ))}
        </ul>
      )}
      {left > 0 ? (
        <p className="flex h-9 items-center border-t border-line px-4 text-text-3">
          and {plural(left, 'run')} of other flows
        </p>
      ) : null}
    </Panel>
  )
}
