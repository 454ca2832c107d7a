import { clsx } from 'clsx'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { Icon } from './icon.tsx'

export const inputClass =
  'h-9 w-full min-w-0 rounded-control border border-line-control bg-surface px-2.75 text-base text-text focus-visible:-outline-offset-1 aria-invalid:border-failed disabled:border-line disabled:bg-sunken disabled:text-text-3 read-only:border-line read-only:bg-sunken read-only:text-text-2'

/** A labelled control with its hint or its error. The child gets the ids by a function. */
export function Field({
  label,
  optional = false,
  hint,
  error,
  end,
  children,
  className,
}: {
  label: ReactNode
  optional?: boolean
  hint?: ReactNode
  error?: ReactNode
  /** A link or action at the end of the label's line. */
  end?: ReactNode
  children: (props: {
    id: string
    'aria-describedby': string | undefined
    'aria-invalid': true | undefined
  }) => ReactNode
  className?: string
}) {
  const id = useId()
  const described = error || hint ? `${id}-note` : undefined
  return (
    <div className={clsx('grid content-start gap-1.5', className)}>
      <div className="flex items-baseline gap-2">
        <label htmlFor={id} className="font-medium">
          {label}
          {optional ? <span className="font-regular text-text-3"> optional</span> : null}
        </label>
        {end ? <span className="ml-auto">{end}</span> : null}
      </div>
      {children({ id, 'aria-describedby': described, 'aria-invalid': error ? true : undefined })}
      {error ? (
        <p id={described} role="alert" className="flex items-start gap-1.25 text-small text-failed">
          <Icon name="warn" size={14} className="mt-0.5" />
          <span>{error}</span>
        </p>
      ) : hint ? (
        <p id={described} className="text-small text-text-3">
          {hint}
        </p>
      ) : null}
    </div>
  )
}

type FieldProps = Pick<ComponentProps<typeof Field>, 'label' | 'optional' | 'hint' | 'error' | 'end'>

/** A text field: label, input, hint, error. */
export function TextField({
  label,
  optional,
  hint,
  error,
  end,
  className,
  mono = false,
  ...rest
}: FieldProps & { mono?: boolean } & ComponentProps<'input'>) {
  return (
    <Field
      label={label}
      hint={hint}
      error={error}
      end={end}
      {...(optional && { optional })}
      {...(className && { className })}
    >
      {(ids) => <Input mono={mono} {...rest} {...ids} />}
    </Field>
  )
}

export function Input({ className, mono = false, ...rest }: { mono?: boolean } & ComponentProps<'input'>) {
  return <input className={clsx(inputClass, mono && 'font-mono text-small', className)} {...rest} />
}

/** The platform's own select: it is accessible everywhere and costs nothing. */
export function Select({
  options,
  compact = false,
  className,
  ...rest
}: {
  options: readonly { value: string; label: string; disabled?: boolean }[]
  compact?: boolean
} & ComponentProps<'select'>) {
  return (
    <span className={clsx('relative inline-flex min-w-0', !compact && 'w-full', className)}>
      <select
        className={clsx(
          'w-full min-w-0 appearance-none truncate rounded-control border bg-surface pr-8 text-text focus-visible:-outline-offset-1 aria-invalid:border-failed disabled:border-line disabled:bg-sunken disabled:text-text-3',
          compact
            ? 'h-(--control) border-line-strong pl-2.5 font-medium'
            : 'h-9 border-line-control pl-2.75 text-base',
        )}
        {...rest}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon
        name="down"
        className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-text-3"
      />
    </span>
  )
}

export function SelectField({
  label,
  optional,
  hint,
  error,
  end,
  className,
  ...rest
}: FieldProps & ComponentProps<typeof Select>) {
  return (
    <Field
      label={label}
      hint={hint}
      error={error}
      end={end}
      {...(optional && { optional })}
      {...(className && { className })}
    >
      {(ids) => <Select {...rest} {...ids} />}
    </Field>
  )
}

/** A tick box. `some` is the state of a head whose rows are partly ticked. The target is 24 px although the box is 15. */
export function Checkbox({
  some = false,
  label,
  hideLabel = false,
  className,
  ...rest
}: { some?: boolean; label: ReactNode; hideLabel?: boolean } & ComponentProps<'input'>) {
  return (
    <label
      className={clsx('relative inline-flex min-h-6 min-w-6 cursor-pointer items-center gap-2', className)}
    >
      <input
        type="checkbox"
        ref={(node) => {
          if (node) node.indeterminate = some
        }}
        className="peer absolute inset-0 m-0 size-full cursor-pointer opacity-0"
        {...rest}
      />
      <span
        aria-hidden="true"
        className={clsx(
          'grid size-3.75 flex-none place-items-center rounded-[3px] border border-line-control bg-surface text-on-accent',
          'peer-checked:border-accent-solid peer-checked:bg-accent-solid peer-indeterminate:border-accent-solid peer-indeterminate:bg-accent-solid',
          'peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent',
          '[&>svg]:hidden peer-checked:[&>svg]:block peer-indeterminate:[&>svg]:block peer-disabled:opacity-50',
        )}
      >
        <svg
          width="11"
          height="11"
          viewBox="0 0 16 16"
          fill="none"
          stroke="currentColor"
          strokeWidth={2}
          strokeLinecap="round"
          strokeLinejoin="round"
          aria-hidden="true"
        >
          <path d={some ? 'M3 8h10' : 'M3 8.5l3.5 3.5L13 4.5'} />
        </svg>
      </span>
      <span className={hideLabel ? 'sr-only' : ''}>{label}</span>
    </label>
  )
}
