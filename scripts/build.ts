// `npm run build`: every package that is published, as it is published, in dist/packages. The sources need no build.
import { buildPackages, built, publishable } from './packages.ts'

const began = performance.now()
await buildPackages()
console.log(
  `Built ${publishable.join(', ')} into ${built} in ${((performance.now() - began) / 1000).toFixed(1)} s`,
)
