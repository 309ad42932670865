import { chmod, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { GatehouseError } from "@gatehouse/sdk/client"
import { withFileLock } from "./file-lock.ts"
import { type Login, type LoginFile, loginFileSchema, loginKey } from "./login.ts"

/** The logins that are kept in a state directory, readable by their owner alone. */
export interface LoginStore {
  read(): Promise<LoginFile>
  /** Changes the file while no other process does. What the change returns is written; undefined leaves it alone. */
  change<Result>(
    change: (file: LoginFile) => Promise<{ readonly file?: LoginFile | undefined; readonly result: Result }>,
  ): Promise<Result>
}

const empty: LoginFile = { version: 1, logins: {} }

/** Keeps logins in `logins.json` of the state directory. Throws `cli.logins_unwritable` and `cli.logins_damaged`. */
export function createLoginStore(stateDirectory: string): LoginStore {
  const path = join(stateDirectory, "logins.json")
  const read = async (): Promise<LoginFile> => {
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined
      throw new GatehouseError("cli.logins_unwritable", { cause: error })
    })
    return text === undefined ? empty : parse(text)
  }
  return {
    read,
    change: (change) =>
      withFileLock(`${path}.lock`, async () => {
        const { file, result } = await change(await read())
        if (file !== undefined) await write(path, file)
        return result
      }).catch((error: unknown) => {
        if (isPermissionError(error)) throw new GatehouseError("cli.logins_unwritable", { cause: error })
        throw error
      }),
  }
}

function parse(text: string): LoginFile {
  try {
    return loginFileSchema.parse(JSON.parse(text))
  } catch {
    throw new GatehouseError("cli.logins_damaged")
  }
}

/** In one step, so that a process that is killed leaves the old file or the new one. The lock has made the folder. */
async function write(path: string, file: LoginFile): Promise<void> {
  const draft = `${path}.${process.pid}.new`
  await writeFile(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flush: true })
  await chmod(draft, 0o600)
  await rename(draft, path)
}

function isPermissionError(error: unknown): boolean {
  return ["EACCES", "EPERM", "EROFS", "ENOSPC", "ENOTDIR"].includes(
    String((error as { code?: unknown } | null)?.code),
  )
}

/** The file with a login added, or put in the place of an older one, and made the current one. */
export function withLogin(file: LoginFile, login: Login, options: { readonly current: boolean }): LoginFile {
  const key = loginKey(login)
  return {
    ...file,
    logins: { ...file.logins, [key]: login },
    ...(options.current ? { current: key } : {}),
  }
}

/** The file without a login; the current one, where it was that, becomes any other. */
export function withoutLogin(file: LoginFile, key: string): LoginFile {
  const logins = Object.fromEntries(Object.entries(file.logins).filter(([name]) => name !== key))
  const { current, ...rest } = file
  const next = current === key ? Object.keys(logins).at(-1) : current
  return { ...rest, logins, ...(next === undefined ? {} : { current: next }) }
}

/** Which login a command asks for: an organization by name or address, a user by name. */
export interface LoginChoice {
  readonly organization?: string | undefined
  readonly user?: string | undefined
}

/**
 * The login that a command means: the current one unless organization or user say otherwise, and among several that fit the
 * current one. Throws `cli.not_logged_in`, `cli.unknown_login` and `cli.ambiguous_name`.
 */
export function chooseLogin(file: LoginFile, choice: LoginChoice): { key: string; login: Login } {
  const entries = Object.entries(file.logins)
  if (entries.length === 0) throw new GatehouseError("cli.not_logged_in")
  const fitting = entries.filter(
    ([, login]) =>
      (choice.user === undefined || login.username === choice.user) &&
      (choice.organization === undefined ||
        login.organization === choice.organization ||
        isAddressOf(choice.organization, login.url)),
  )
  const asked = choice.organization !== undefined || choice.user !== undefined
  if (fitting.length === 0) throw new GatehouseError(asked ? "cli.unknown_login" : "cli.not_logged_in")
  const current = fitting.find(([key]) => key === file.current)
  const inCurrent = fitting.filter(([, { url }]) => url === file.logins[file.current ?? ""]?.url)
  const [only] = current ? [current] : inCurrent.length === 1 ? inCurrent : fitting
  if (only === undefined || (!current && inCurrent.length !== 1 && fitting.length > 1))
    throw new GatehouseError("cli.ambiguous_name", {
      publicMessage: "Several kept logins fit; name organization and user.",
    })
  return { key: only[0], login: only[1] }
}

function isAddressOf(text: string, url: string): boolean {
  return URL.canParse(text) && new URL(text).origin === new URL(url).origin
}
