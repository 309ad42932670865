import { homedir } from "node:os"
import { join } from "node:path"

/** The real programs that tests and benches run against, at the versions for which WIRES.md and the contracts hold. */
export const serverVersions = { openfga: "1.22.1", fga: "0.8.2" } as const

/** `openfga` is the authorization server, `fga` its command line. */
export type ServerName = keyof typeof serverVersions

/** True for a name that can be installed. */
export function isServerName(name: string): name is ServerName {
  return Object.hasOwn(serverVersions, name)
}

/**
 * The folder of a real program: `$GATEHOUSE_SERVERS`, else the user's cache folder, outside every checkout. It is there only
 * when its content was verified.
 */
export function serverFolder(name: ServerName): string {
  const { GATEHOUSE_SERVERS: given, XDG_CACHE_HOME: cache } = process.env
  const root = given || join(cache || join(homedir(), ".cache"), "gatehouse", "servers")
  return join(root, `${name}-${serverVersions[name]}`)
}

/** The program's file, whether it is installed or not. */
export function serverBinary(name: ServerName): string {
  return join(serverFolder(name), name)
}
