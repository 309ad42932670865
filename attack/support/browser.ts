import { type Answer, ask, type Question } from "../../tests/support/http.ts"

/** An answer with the address that gave it. */
export interface Page extends Answer {
  readonly url: URL
}

/** A browser as far as a login needs one: cookies with name and path, and redirects within one origin. */
export interface Browser {
  /** Cookies by `<name> <path>`; a test may plant some and steal others. */
  readonly cookies: Map<string, string>
  open(url: string | URL, question?: Question): Promise<Page>
  /** Opens and follows redirects until a page comes, or an address elsewhere, which is not opened. */
  visit(url: string | URL, question?: Question): Promise<Page>
}

const maximumRedirects = 10

/** A fresh profile. */
export function createBrowser(): Browser {
  const cookies = new Map<string, string>()
  const open: Browser["open"] = async (target, question = {}) => {
    const url = new URL(target)
    const sent = [...cookies]
      .filter(([key]) => url.pathname.startsWith(key.slice(key.indexOf(" ") + 1)))
      .map(([key, value]) => `${key.slice(0, key.indexOf(" "))}=${value}`)
    const cookie: Record<string, string> = sent.length === 0 ? {} : { cookie: sent.join("; ") }
    const answer = await ask(url.href, { ...question, headers: { ...cookie, ...question.headers } })
    for (const line of [answer.headers["set-cookie"] ?? []].flat()) keep(cookies, line, url)
    return { ...answer, url }
  }
  return {
    cookies,
    open,
    async visit(url, question) {
      let page = await open(url, question)
      for (let hop = 0; hop < maximumRedirects; hop += 1) {
        const { location } = page.headers
        if (location === undefined) return page
        const next = new URL(String(location), page.url)
        if (next.origin !== page.url.origin) return { ...page, url: next }
        page = await open(next)
      }
      throw new Error("the redirects form a ring")
    },
  }
}

function keep(cookies: Map<string, string>, line: string, url: URL): void {
  const [, name = "", value = "", attributes = ""] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? []
  const path = /;\s*path=([^;]*)/i.exec(attributes)?.[1] ?? url.pathname
  if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(attributes)) cookies.delete(`${name} ${path}`)
  else cookies.set(`${name} ${path}`, value)
}
