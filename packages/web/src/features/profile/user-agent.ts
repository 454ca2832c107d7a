/** "Firefox on Linux": enough of a user agent for a person to recognise their own machine. */
export function describeAgent(agent: string | null | undefined): string {
  if (!agent) return 'Unknown browser'
  const browser = /Edg(?:e|A|iOS)?\//.test(agent)
    ? 'Edge'
    : /OPR\//.test(agent)
      ? 'Opera'
      : /Firefox\/|FxiOS\//.test(agent)
        ? 'Firefox'
        : /HeadlessChrome\/|Chrome\/|CriOS\//.test(agent)
          ? 'Chrome'
          : /Safari\//.test(agent)
            ? 'Safari'
            : undefined
  const system = /iPhone|iPad/.test(agent)
    ? 'iOS'
    : /Android/.test(agent)
      ? 'Android'
      : /Mac OS X/.test(agent)
        ? 'macOS'
        : /Windows/.test(agent)
          ? 'Windows'
          : /Linux|X11/.test(agent)
            ? 'Linux'
            : undefined
  if (browser && system) return `${browser} on ${system}`
  return browser ?? agent.split(' ')[0] ?? agent
}
