import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, Outlet } from '@tanstack/react-router'
import { Toaster } from '../components/ui/toast.tsx'
import { NotFoundPage, RootErrorPage } from '../features/shell/failure-pages.tsx'

export interface RouterContext {
  queryClient: QueryClient
}

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Root,
  notFoundComponent: NotFoundPage,
  errorComponent: RootErrorPage,
})

function Root() {
  return (
    <>
      <Outlet />
      <Toaster />
    </>
  )
}
