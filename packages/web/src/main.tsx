import './styles/app.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { StartFailure } from './features/shell/failure-pages.tsx'
import { configQuery, sessionQuery } from './lib/identity.ts'
import { stored } from './lib/preferences.ts'
import { makeQueryClient } from './lib/query.ts'
import { createAppRouter } from './routes/router.tsx'

const container = document.getElementById('root')
if (!container) throw new Error('index.html has no #root')
const reactRoot = createRoot(container)

// A page that was open while the server was updated asks for files that are gone: load it anew, but not in a loop.
addEventListener('vite:preloadError', (event) => {
  const last = Number(stored.read('reloaded') ?? 0)
  if (Date.now() - last < 30_000) return
  event.preventDefault()
  stored.write('reloaded', String(Date.now()))
  location.reload()
})

async function start(): Promise<void> {
  const queryClient = makeQueryClient()
  try {
    // Both at once: the mode decides how addresses are read, the session decides the first page.
    const session = queryClient.prefetchQuery(sessionQuery)
    const config = await queryClient.fetchQuery(configQuery)
    await session
    const router = createAppRouter(queryClient, config)
    reactRoot.render(
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>,
    )
  } catch (error) {
    reactRoot.render(<StartFailure error={error} onRetry={() => void start()} />)
  }
}

void start()
