// Runs before the first paint, as a file because the content security policy forbids inline scripts.
// What locks scrolling behind a dialog makes a style sheet; it finds the number that the policy asks for by this name.
globalThis.__webpack_nonce__ = document.querySelector('meta[name=style-nonce]')?.content
try {
  const root = document.documentElement
  const theme = localStorage.getItem('orrery.theme')
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
  if (localStorage.getItem('orrery.density') === 'roomy') root.dataset.density = 'roomy'
  if (localStorage.getItem('orrery.vision') === 'steps') root.dataset.vision = 'steps'
} catch {
  // Storage can be forbidden; the system's theme is the default anyway.
}
