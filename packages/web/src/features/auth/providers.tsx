import { buttonClass } from '../../components/ui/index.ts'
import type { AuthConfig } from '../../lib/identity.ts'
import { safeRedirect } from '../../lib/redirect.ts'

/** One button for each configured provider. A whole page load: the provider answers with its own page. */
export function Providers({ config, back }: { config: AuthConfig; back: string | undefined }) {
  if (config.providers.length === 0) return null
  return (
    <>
      <div className="grid gap-2">
        {config.providers.map((provider) => (
          <a
            key={provider.id}
            className={buttonClass({ size: 'tall' })}
            href={`/api/auth/oauth/${encodeURIComponent(provider.id)}?redirect_to=${encodeURIComponent(safeRedirect(back))}`}
          >
            Continue with {provider.name}
          </a>
        ))}
      </div>
      <div className="flex items-center gap-3 text-small text-text-3 before:flex-1 before:border-t before:border-line after:flex-1 after:border-t after:border-line">
        or with your e-mail
      </div>
    </>
  )
}
