/** A form of a login page: where it goes, and its fields with what they hold. */
export interface LoginForm {
  readonly action: string
  readonly fields: ReadonlyMap<string, string>
}

/** A tag's attributes; Keycloak's longest, a form's action, has 400 characters. A longer tag is passed over. */
const maximumTagLength = 8_192

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  "#39": "'",
  "#x27": "'",
}

/**
 * Finds the form with a password field in a login page, Keycloak's or ours. Not a parser of HTML: it reads the tags of forms
 * and inputs, which both servers write plainly, in one pass over the page. Undefined where there is no such form.
 */
export function findLoginForm(html: string): LoginForm | undefined {
  let action = ""
  let fields = new Map<string, string>()
  let hasPassword = false
  for (const { name, attributes } of readTags(html)) {
    if (name === "form") {
      action = readAttributes(attributes).get("action") ?? ""
      fields = new Map()
      hasPassword = false
    } else if (name === "input") {
      const input = readAttributes(attributes)
      const field = input.get("name")
      const type = input.get("type")?.toLowerCase()
      hasPassword ||= type === "password"
      if (field && type !== "submit" && type !== "checkbox") fields.set(field, input.get("value") ?? "")
    } else if (name === "/form" && hasPassword) return { action, fields }
  }
  return undefined
}

interface Tag {
  readonly name: string
  readonly attributes: string
}

/** Every tag of the page. Each character is looked at once: where a tag or a quote has no end, there are no more tags. */
function* readTags(html: string): Iterable<Tag> {
  for (let start = html.indexOf("<"); start >= 0; ) {
    const end = endOfTag(html, start)
    if (end < 0) return
    const inner = html.slice(start + 1, end)
    const name = /^\/?[a-z]+/i.exec(inner.slice(0, 16))?.[0]
    if (name !== undefined && inner.length <= maximumTagLength)
      yield { name: name.toLowerCase(), attributes: inner.slice(name.length) }
    start = html.indexOf("<", end)
  }
}

/** The `>` that ends a tag; one inside quotes does not. */
function endOfTag(html: string, start: number): number {
  for (let index = start; index < html.length; index += 1) {
    const character = html[index]
    if (character === ">") return index
    if (character === '"' || character === "'") {
      index = html.indexOf(character, index + 1)
      if (index < 0) return -1
    }
  }
  return -1
}

function readAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const match of text.matchAll(/([a-z][a-z0-9_-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)) {
    const [, name = "", double, single] = match
    attributes.set(name.toLowerCase(), decodeEntities(double ?? single ?? ""))
  }
  return attributes
}

function decodeEntities(text: string): string {
  return text.replace(/&([a-z]+|#39|#x27);/gi, (whole, name: string) => entities[name.toLowerCase()] ?? whole)
}
