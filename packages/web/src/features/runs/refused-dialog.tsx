import { Button, Dialog, DialogBody, DialogFoot, toast, toastError } from '../../components/ui/index.ts'
import type { Refused } from './bulk.ts'
import { FlowRunLink, TaskRunLink } from './links.tsx'

export interface RefusalReport {
  title: string
  refused: Refused[]
}

/** Which runs were refused, and why. */
export default function RefusedDialog({
  kind,
  report,
  onClose,
}: {
  kind: 'flow-run' | 'task-run'
  report: RefusalReport
  onClose(): void
}) {
  const Linked = kind === 'flow-run' ? FlowRunLink : TaskRunLink
  const lines = report.refused.map((each) => `${each.name}\t${each.id}\t${each.reason}`).join('\n')
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()} title={report.title} wide>
      <DialogBody>
        <ul
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by the keyboard
          tabIndex={0}
          aria-label="Refused runs"
          className="max-h-[50vh] overflow-y-auto rounded-control border border-line"
        >
          {report.refused.map((each) => (
            <li
              key={each.id}
              className="grid grid-cols-[minmax(0,14rem)_minmax(0,1fr)] gap-x-4 border-b border-line px-3 py-1.5 last:border-0 max-md:grid-cols-1"
            >
              <Linked id={each.id} className="clip font-medium hover:underline" title={each.name}>
                {each.name}
              </Linked>
              <span className="wrap-anywhere text-text-2">{each.reason}</span>
            </li>
          ))}
        </ul>
      </DialogBody>
      <DialogFoot>
        <Button
          icon="copy"
          onClick={() =>
            navigator.clipboard
              .writeText(lines)
              .then(() => toast({ title: 'The list is copied' }))
              .catch((error: unknown) => toastError('Not copied', error))
          }
        >
          Copy the list
        </Button>
        <Button kind="main" onClick={onClose}>
          Close
        </Button>
      </DialogFoot>
    </Dialog>
  )
}
