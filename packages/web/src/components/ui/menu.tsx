import { clsx } from 'clsx'
import { DropdownMenu } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

/** A menu under a button. `trigger` must be one element that takes a ref (our Button does). */
export function Menu({
  trigger,
  children,
  align = 'end',
  side = 'bottom',
  className,
}: {
  trigger: ReactNode
  children: ReactNode
  align?: 'start' | 'center' | 'end'
  side?: 'top' | 'bottom' | 'left' | 'right'
  className?: string
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className={clsx(menuClass, className)}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

const menuClass =
  'z-50 min-w-58 max-w-[calc(100vw-16px)] rounded-menu border border-line-strong bg-raised p-1 text-data shadow-float outline-none max-h-(--radix-dropdown-menu-content-available-height) overflow-y-auto motion-safe:animate-[appear_var(--t-fast)_var(--ease)]'

const itemClass =
  'flex min-h-7.5 w-full cursor-pointer items-center gap-2.25 rounded-[5px] px-2 py-1 text-left outline-none select-none data-highlighted:bg-hover data-disabled:cursor-not-allowed data-disabled:text-text-3'

/** One action. `why` says what is needed where the role forbids it: the item stays visible, disabled. */
export function MenuItem({
  icon,
  bad = false,
  why,
  keys,
  children,
  ...rest
}: { icon?: IconName | ReactNode; bad?: boolean; why?: string | undefined; keys?: string } & ComponentProps<
  typeof DropdownMenu.Item
>) {
  return (
    <DropdownMenu.Item
      className={clsx(itemClass, bad && 'text-failed')}
      {...rest}
      {...(why && { disabled: true })}
    >
      {typeof icon === 'string' ? (
        <Icon name={icon as IconName} className={bad ? '' : 'text-text-3'} />
      ) : (
        icon
      )}
      <span className="min-w-0 flex-1">
        <span className="block truncate">{children}</span>
        {why ? <small className="block text-small text-text-3">{why}</small> : null}
      </span>
      {keys ? <Kbd>{keys}</Kbd> : null}
    </DropdownMenu.Item>
  )
}

export function MenuRadio({
  value,
  onChange,
  label,
  options,
}: {
  value: string
  onChange: (value: string) => void
  label: string
  options: readonly { id: string; label: string; icon?: IconName }[]
}) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      <MenuLabel>{label}</MenuLabel>
      {options.map((option) => (
        <DropdownMenu.RadioItem
          key={option.id}
          value={option.id}
          className={itemClass}
          onSelect={(event) => event.preventDefault()}
        >
          {option.icon ? <Icon name={option.icon} className="text-text-3" /> : null}
          <span className="flex-1">{option.label}</span>
          <DropdownMenu.ItemIndicator>
            <Icon name="check" size={14} className="text-accent" />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  )
}

const MenuLabel = ({ children }: { children: ReactNode }) => (
  <DropdownMenu.Label className="px-2 pt-1.25 pb-0.5 text-small text-text-3">{children}</DropdownMenu.Label>
)

export const MenuLine = () => <DropdownMenu.Separator className="-mx-1 my-1 border-t border-line" />

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-block rounded-[3px] border border-line-strong bg-surface px-1 font-sans text-axis leading-4 font-medium text-text-3">
      {children}
    </kbd>
  )
}
