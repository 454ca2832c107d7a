import { PageBody, PageHead } from '../../components/ui/index.ts'
import { usePage } from '../../lib/page.ts'

export function FlowPage() {
  usePage({ title: 'Flow', crumbs: [{ label: 'Flow' }], timeRange: true })
  return (
    <PageBody>
      <PageHead title="Flow" />
    </PageBody>
  )
}
