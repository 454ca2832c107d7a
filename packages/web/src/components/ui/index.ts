export { Button, type ButtonKind, type ButtonLook, type ButtonSize, buttonClass } from './button.tsx'
export { Command, Copyable, CopyButton, CopyTextButton, copyText } from './copyable.tsx'
export { Dialog, DialogBody, DialogFoot } from './dialog.tsx'
export { EmptyState, ErrorState, Skeleton, SkeletonRows } from './empty.tsx'
export {
  Checkbox,
  Field,
  Input,
  SelectField,
  TextField,
} from './field.tsx'
export { GuardedButton } from './guarded-button.tsx'
export { Icon, type IconName } from './icon.tsx'
export { Gauge, Loading, Mark, WorkspaceSign } from './mark.tsx'
export { Kbd, Menu, MenuItem, MenuLine, MenuRadio } from './menu.tsx'
export { PageBody, PageHead, Panel, PanelHead } from './panel.tsx'
export { useReturnFocus } from './return-focus.ts'
export { SaveBar } from './save-bar.tsx'
export { Section } from './section.tsx'
export { StateBadge, StateGlyph } from './state.tsx'
export { Table, TableScroll, Td, Th, Tr } from './table.tsx'
export { TablePanel } from './table-panel.tsx'
export { Segmented, type Tab, TabPanel, Tabs } from './tabs.tsx'
export { Duration, Timestamp } from './time.tsx'
export { TimeRangePicker } from './time-range.tsx'
export { dismissToast, type ToastSpec, toast, toastError, updateToast } from './toast.tsx'
export { Tooltip, TooltipProvider } from './tooltip.tsx'
