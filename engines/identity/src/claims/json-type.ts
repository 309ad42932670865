/**
 * Text as the JSON type that a mapper's `jsonType.label` names. Undefined, so no claim, where the text has no such form:
 * a wrong number is never written as zero.
 */
export function toJsonType(text: string, label: string | undefined): unknown {
  switch (label) {
    case "boolean":
      return text === "true"
    case "int":
    case "long":
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined
    case "JSON":
      try {
        return JSON.parse(text)
      } catch {
        return undefined
      }
    default:
      return text
  }
}
