import { PageBody, PageHead } from '../../components/ui/index.ts'
import { usePage } from '../../lib/page.ts'

export function FlowsPage() {
  usePage({ title: 'Flows', crumbs: [{ label: 'Flows' }], timeRange: true })
  return (
    <PageBody>
      <PageHead title="Flows" />
    </PageBody>
  )
}
