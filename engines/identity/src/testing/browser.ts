/** A browser as far as a sign-in needs one: cookies with their paths, redirects one at a time, forms of pages. */
export interface TestBrowser {
  open(url: string | URL, init?: RequestInit): Promise<Response>
  /** Follows redirects within `origin` and stops at a page, or at the first address elsewhere. */
  follow(response: Response, from: string | URL): Promise<{ response: Response; url: URL }>
  readonly cookies: Map<string, TestCookie>
}

export interface TestCookie {
  readonly value: string
  readonly path: string
  readonly attributes: string
}

/** A fresh profile. */
export function createTestBrowser(): TestBrowser {
  const cookies = new Map<string, TestCookie>()
  const keep = (response: Response, url: URL) => {
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = "", attributes = ""] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? []
      const path = /;\s*path=([^;]*)/i.exec(attributes)?.[1] ?? url.pathname
      const gone = /max-age=0|expires=Thu, 01 Jan 1970/i.test(attributes)
      if (gone) cookies.delete(`${name} ${path}`)
      else cookies.set(`${name} ${path}`, { value, path, attributes })
    }
  }
  const open: TestBrowser["open"] = async (target, init = {}) => {
    const url = new URL(target)
    const sent = [...cookies]
      .filter(([, { path }]) => url.pathname.startsWith(path))
      .map(([key, { value }]) => `${key.split(" ")[0]}=${value}`)
    const headers = new Headers(init.headers)
    headers.set("accept", "text/html")
    if (sent.length > 0) headers.set("cookie", sent.join("; "))
    const response = await fetch(url, { ...init, headers, redirect: "manual" })
    keep(response, url)
    return response
  }
  return {
    cookies,
    open,
    async follow(response, from) {
      let [current, url] = [response, new URL(from)]
      for (let step = 0; step < 10; step += 1) {
        const location = current.headers.get("location")
        if (location === null) return { response: current, url }
        const next = new URL(location, url)
        if (next.origin !== url.origin) return { response: current, url: next }
        url = next
        current = await open(url)
      }
      throw new Error("a ring of redirects")
    },
  }
}

/** The action and hidden fields of the form with that id. */
export function readForm(page: string, id = "kc-form-login"): { action: string; fields: URLSearchParams } {
  const form = new RegExp(`<form id="${id}"[^>]*action="([^"]*)"[^>]*>([\\s\\S]*?)</form>`).exec(page)
  if (!form) throw new Error(`no form ${id} in the page`)
  const fields = new URLSearchParams()
  for (const [, name = "", value = ""] of (form[2] ?? "").matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)"/g,
  ))
    fields.append(name, value)
  return { action: (form[1] ?? "").replaceAll("&amp;", "&"), fields }
}
