import { clsx } from 'clsx'
import type { ComponentProps } from 'react'
import { Button, type ButtonLook } from './button.tsx'
import { toast } from './toast.tsx'

/** A button that says why it cannot be pressed, where there is a reason: it stays visible and can be reached. */
export function GuardedButton({
  why,
  kind = 'plain',
  className,
  onClick,
  ...rest
}: ButtonLook & { why: string | null; busy?: boolean } & ComponentProps<'button'>) {
  if (why === null) return <Button kind={kind} className={className} onClick={onClick} {...rest} />
  const bare = kind === 'bare' || kind === 'bare-bad' || kind === 'act'
  return (
    <Button
      {...rest}
      type="button"
      kind={bare ? 'bare' : 'plain'}
      aria-disabled
      title={why}
      aria-description={why}
      className={clsx(className, 'cursor-not-allowed text-text-3!', !bare && 'border-line! bg-sunken!')}
      onClick={() => toast({ title: why })}
    />
  )
}
