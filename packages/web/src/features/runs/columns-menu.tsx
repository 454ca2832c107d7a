import { DropdownMenu } from 'radix-ui'
import { Button, Icon, Menu, MenuItem, MenuLine } from '../../components/ui/index.ts'
import { type Column, FLOW_RUN_COLUMNS, shownColumns, TASK_RUN_COLUMNS, useColumnChoice } from './columns.tsx'
import type { FlowRun, TaskRun } from './types.ts'

/** Which columns the table has; kept in this browser. */
export function ColumnsMenu({ tab }: { tab: 'flow-runs' | 'task-runs' }) {
  const [stored, store] = useColumnChoice(tab)
  const columns = (tab === 'task-runs' ? TASK_RUN_COLUMNS : FLOW_RUN_COLUMNS) as readonly Column<
    FlowRun | TaskRun
  >[]
  const shown = new Set(shownColumns(columns, stored).map((column) => column.id))
  const toggle = (id: string): void => {
    const next = columns.filter((each) => (each.id === id ? !shown.has(id) : shown.has(each.id)))
    store(next.map((each) => each.id).join(','))
  }
  return (
    <Menu
      trigger={
        <Button icon="columns" className="max-md:hidden">
          Columns
        </Button>
      }
    >
      {columns
        .filter((column) => !column.fixed)
        .map((column) => (
          <DropdownMenu.CheckboxItem
            key={column.id}
            checked={shown.has(column.id)}
            onCheckedChange={() => toggle(column.id)}
            onSelect={(event) => event.preventDefault()}
            className="flex min-h-7.5 w-full cursor-pointer items-center gap-2.25 rounded-[5px] px-2 py-1 outline-none select-none data-highlighted:bg-hover"
          >
            <span className="grid size-4 place-items-center">
              <DropdownMenu.ItemIndicator>
                <Icon name="check" size={14} className="text-accent" />
              </DropdownMenu.ItemIndicator>
            </span>
            {column.label}
          </DropdownMenu.CheckboxItem>
        ))}
      <MenuLine />
      <MenuItem why={stored === null ? 'These are the usual ones' : undefined} onSelect={() => store(null)}>
        Back to the usual columns
      </MenuItem>
    </Menu>
  )
}
