import { PageBody, PageHead } from '../../components/ui/index.ts'
import { usePage } from '../../lib/page.ts'

export function TaskRunPage() {
  usePage({ title: 'Task run', crumbs: [{ label: 'Task run' }], timeRange: true })
  return (
    <PageBody>
      <PageHead title="Task run" />
    </PageBody>
  )
}
