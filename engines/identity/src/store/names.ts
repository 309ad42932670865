/**
 * The one spelling under which a user name or e-mail address is stored, found and counted: no surrounding spaces, Unicode
 * NFKC, lower case. So every spelling that a person takes for the same name is the same account.
 */
export function normalizeUsername(name: string): string {
  return name.trim().normalize("NFKC").toLowerCase().normalize("NFKC")
}
