import { PageBody, PageHead } from '../../components/ui/index.ts'
import { usePage } from '../../lib/page.ts'

export function RunsPage() {
  usePage({ title: 'Runs', crumbs: [{ label: 'Runs' }], timeRange: true })
  return (
    <PageBody>
      <PageHead title="Runs" />
    </PageBody>
  )
}
