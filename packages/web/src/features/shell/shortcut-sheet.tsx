import { Button, Checkbox, Dialog, DialogBody, DialogFoot, Kbd } from '../../components/ui/index.ts'
import { useShortcutsEnabled } from '../../lib/preferences.ts'
import { isMac } from '../../lib/shortcuts.ts'

const GROUPS: { title: string; rows: [keys: string[], what: string][] }[] = [
  {
    title: 'Everywhere',
    rows: [
      [[isMac ? '⌘ K' : 'Ctrl K'], 'Find or do'],
      [['/'], 'Filter, where there is one'],
      [['['], 'Narrow or widen the sidebar'],
      [['?'], 'This sheet'],
    ],
  },
  {
    title: 'Go to',
    rows: [
      [['g', 'h'], 'Home'],
      [['g', 'r'], 'Runs'],
      [['g', 'f'], 'Flows'],
      [['g', 's'], 'Settings of the workspace'],
      [['g', 'w'], 'Workspaces'],
    ],
  },
  {
    title: 'In lists',
    rows: [
      [['j'], 'Next row'],
      [['k'], 'Previous row'],
      [['x'], 'Select the row'],
      [['X'], 'Select up to the row'],
      [['o'], 'Sum the run up at the side'],
      [['Enter'], 'Open the row'],
      [['c'], 'Cancel what is selected'],
      [['r'], 'Retry what is selected'],
    ],
  },
  {
    title: 'On a run',
    rows: [
      [['r'], 'Retry'],
      [['c'], 'Cancel'],
      [[',', '.'], 'The run before, the run after'],
      [['f'], 'Fit the graph'],
      [['i'], 'Fold idle time in the Timeline'],
      [['+', '−'], 'Zoom'],
      [['↑', '↓', '←', '→'], 'Walk the graph'],
    ],
  },
]

export default function ShortcutSheet({
  open,
  onOpenChange,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const [on, setOn] = useShortcutsEnabled()
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" wide>
      <DialogBody className="sm:grid-cols-2! gap-x-8!">
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3 className="mb-1 text-small font-regular text-text-3">{group.title}</h3>
            <dl>
              {group.rows.map(([keys, what]) => (
                <div
                  key={what}
                  className="flex min-h-7 items-center gap-3 border-b border-line last:border-0"
                >
                  <dt className="order-2 ml-auto flex gap-1">
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </DialogBody>
      <DialogFoot
        note={
          <Checkbox
            label="Shortcuts of a single key"
            checked={on}
            onChange={(event) => setOn(event.target.checked)}
          />
        }
      >
        <Button onClick={() => onOpenChange(false)}>Close</Button>
      </DialogFoot>
    </Dialog>
  )
}
