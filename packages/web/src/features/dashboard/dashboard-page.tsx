import { PageBody, PageHead } from '../../components/ui/index.ts'
import { usePage } from '../../lib/page.ts'

export function DashboardPage() {
  usePage({ title: 'Home', crumbs: [{ label: 'Home' }], timeRange: true })
  return (
    <PageBody>
      <PageHead title="Home" />
    </PageBody>
  )
}
