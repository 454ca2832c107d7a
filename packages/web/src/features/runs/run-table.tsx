import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'

/**
 * Rows of an endless list in the page's own scroll: only those near the window exist. `fetchMore` is asked for when
 * the end comes near.
 */
export function useRows({
  count,
  height,
  hasMore,
  fetchMore,
}: {
  count: number
  height: number
  hasMore: boolean
  fetchMore(): void
}) {
  const anchor = useRef<HTMLDivElement>(null)
  const rows = useWindowVirtualizer({
    count,
    estimateSize: () => height,
    overscan: 16,
    scrollMargin: anchor.current?.offsetTop ?? 0,
    initialRect: { width: 1200, height: 900 },
  })
  const items = rows.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const ask = useRef(fetchMore)
  ask.current = fetchMore
  useEffect(() => {
    if (hasMore && last >= count - 30) ask.current()
  }, [hasMore, last, count])
  const margin = rows.options.scrollMargin
  return {
    anchor,
    items,
    before: Math.max(0, (items[0]?.start ?? margin) - margin),
    after: Math.max(0, rows.getTotalSize() - ((items.at(-1)?.end ?? margin) - margin)),
    scrollTo: (index: number) => rows.scrollToIndex(index, { align: 'auto' }),
  }
}

/** Table rows that keep the scroll bar honest where rows are left out. */
export function Spacer({ height, columns }: { height: number; columns: number }): ReactNode {
  return height > 0 ? (
    <tr style={{ height }}>
      <td colSpan={columns} className="p-0" />
    </tr>
  ) : null
}
