import { lazy, Suspense } from 'react'
import { Skeleton } from '../../components/ui/index.ts'

const SafeMarkdown = lazy(() => import('./markdown.tsx'))

/** Markdown, whose parser is loaded when there is some. */
export function Markdown({ text }: { text: string }) {
  return (
    <Suspense
      fallback={
        <div role="status" aria-label="Loading" className="grid max-w-[62ch] gap-2.5 py-1">
          <Skeleton style={{ width: '55%' }} />
          <Skeleton style={{ width: '92%' }} />
          <Skeleton style={{ width: '78%' }} />
        </div>
      }
    >
      <SafeMarkdown text={text} />
    </Suspense>
  )
}
