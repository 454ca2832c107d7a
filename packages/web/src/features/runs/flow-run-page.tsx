import { PageBody, PageHead } from '../../components/ui/index.ts'
import { usePage } from '../../lib/page.ts'

export function FlowRunPage() {
  usePage({ title: 'Flow run', crumbs: [{ label: 'Flow run' }], timeRange: true })
  return (
    <PageBody>
      <PageHead title="Flow run" />
    </PageBody>
  )
}
