/** HTML that may be written as it is. Made by `html` alone. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

/** Text as HTML shows it, in elements and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "")
}

/**
 * A template of HTML. Every value put in is escaped unless it is `Html` itself; `undefined` and `false` put in nothing, so
 * that a part can be left out with `condition && html…`.
 */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | Html | undefined | false)[]
): Html {
  const written = values.map((value) => {
    if (value === undefined || value === false) return ""
    return value instanceof Html ? value.text : escapeHtml(value)
  })
  return new Html(String.raw({ raw: parts }, ...written))
}
