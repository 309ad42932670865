/**
 * The cookies of one login, by host. Small on purpose: a login lasts seconds and stays on one identity server, so expiry and
 * path are not kept, and a cookie goes back to the host that set it and to no other.
 */
export interface CookieJar {
  store(url: URL, setCookie: readonly string[]): void
  headerFor(url: URL): string | undefined
}

/** An empty jar for one login, kept in memory alone. */
export function createCookieJar(): CookieJar {
  const byHost = new Map<string, Map<string, string>>()
  return {
    store(url, lines) {
      const cookies = byHost.get(url.host) ?? new Map<string, string>()
      byHost.set(url.host, cookies)
      for (const line of lines) {
        const [pair = "", ...attributes] = line.split(";")
        const separator = pair.indexOf("=")
        if (separator <= 0) continue
        const name = pair.slice(0, separator).trim()
        if (isExpired(attributes)) cookies.delete(name)
        else cookies.set(name, pair.slice(separator + 1).trim())
      }
    },
    headerFor(url) {
      const cookies = byHost.get(url.host)
      if (cookies === undefined || cookies.size === 0) return undefined
      return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
    },
  }
}

/** How servers take a cookie back: Max-Age of zero, or a date that has passed. */
function isExpired(attributes: readonly string[]): boolean {
  return attributes.some((attribute) => {
    const [name = "", value = ""] = attribute.split("=").map((part) => part.trim())
    if (name.toLowerCase() === "max-age") return Number(value) <= 0
    return name.toLowerCase() === "expires" && Date.parse(value) <= Date.now()
  })
}
