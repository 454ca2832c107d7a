/**
 * Standard Schema version 1: what Zod, Valibot, ArkType and others implement. Declared here so that no schema library
 * has to be installed.
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a validation gives: the value, or what is wrong with it. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** One thing that is wrong. */
export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What a caller gives to a schema: defaults may be left out. */
export type InferInput<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['input']

/** What a schema gives to the function: defaults are filled in. */
export type InferOutput<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['output']

/** The issues as one text, each with its path: `urls[0]: Invalid URL`. */
export function formatIssues(issues: readonly StandardIssue[]): string {
  return issues
    .map((issue) => {
      const path = (issue.path ?? [])
        .map((part) => (typeof part === 'object' ? part.key : part))
        .reduce<string>((text, key) => {
          if (typeof key === 'number') return `${text}[${key}]`
          return text === '' ? String(key) : `${text}.${String(key)}`
        }, '')
      return path === '' ? issue.message : `${path}: ${issue.message}`
    })
    .join('; ')
}
