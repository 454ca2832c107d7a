import { clsx } from 'clsx'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { useReturnFocus } from './return-focus.ts'

/** A modal dialog. Compose with `DialogBody` and `DialogFoot`. `locked` keeps it open until its own buttons close it. */
export function Dialog({
  open,
  onOpenChange,
  title,
  lead,
  locked = false,
  wide = false,
  children,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  lead?: ReactNode
  locked?: boolean
  wide?: boolean
  children: ReactNode
}) {
  const giveBack = useReturnFocus(open)
  const guard = (event: Event) => {
    if (locked) event.preventDefault()
  }
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 grid place-items-center overflow-y-auto bg-scrim p-4">
          <Radix.Content
            {...(lead ? {} : { 'aria-describedby': undefined })}
            onCloseAutoFocus={giveBack}
            onEscapeKeyDown={guard}
            onPointerDownOutside={guard}
            onInteractOutside={guard}
            className={clsx(
              'w-full rounded-dialog border border-line-strong bg-raised shadow-float outline-none motion-safe:animate-[appear_var(--t-fast)_var(--ease)]',
              wide ? 'max-w-190' : 'max-w-140',
            )}
          >
            <div className="px-4 pt-5 md:px-6">
              <Radix.Title className="text-head leading-6 font-bold wrap-break-word">{title}</Radix.Title>
              {lead ? <Radix.Description className="mt-1 text-text-2">{lead}</Radix.Description> : null}
            </div>
            {children}
          </Radix.Content>
        </Radix.Overlay>
      </Radix.Portal>
    </Radix.Root>
  )
}

export function DialogBody({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={clsx('grid gap-4 px-4 py-4 md:px-6', className)}>{children}</div>
}

export function DialogFoot({ children, note }: { children: ReactNode; note?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-4 py-3 md:px-6">
      {note ? <span className="mr-auto text-text-3">{note}</span> : null}
      {children}
    </div>
  )
}
