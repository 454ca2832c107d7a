// Runs before the first paint, as a file because the content security policy forbids inline scripts.
try {
  const root = document.documentElement
  const theme = localStorage.getItem('orrery.theme')
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
  if (localStorage.getItem('orrery.density') === 'roomy') root.dataset.density = 'roomy'
} catch {
  // Storage can be forbidden; the system's theme is the default anyway.
}
