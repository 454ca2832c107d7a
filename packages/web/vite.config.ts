import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const api = process.env.ORRERY_DEV_API ?? 'http://127.0.0.1:4200'

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { conditions: ['@orrery/source', 'module', 'browser', 'development|production'] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    // light-dark() and CSS nesting without polyfills; all are from the first half of 2024.
    target: ['chrome125', 'edge125', 'firefox128', 'safari17.5'],
    // The policy has no data: in font-src and script-src, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/api': { target: api, ws: true } },
  },
})
