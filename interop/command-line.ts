import type { Target } from './target.ts'

export async function checkCommandLine(
  _report: (ok: boolean, title: string, details?: string[]) => void,
): Promise<void> {
  const _later: Target | undefined = undefined
}
