import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { withFileLock } from "./file-lock.ts"
import type { Login, LoginFile } from "./login.ts"
import { chooseLogin, createLoginStore, withLogin, withoutLogin } from "./login-store.ts"

let home: string
let directory: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "gatehouse-logins-"))
  directory = join(home, "new", "gatehouse")
})
afterEach(() => rm(home, { recursive: true }))

function login(username: string, organization = "acme", port = 8080): Login {
  return {
    organization,
    username,
    url: `http://${organization}.localhost:${port}`,
    issuer: `http://localhost:${port + 1}/realms/${organization}`,
    clientId: "gatehouse-cli",
    accessToken: "access",
    accessTokenExpiresAt: 0,
    refreshToken: "refresh",
  }
}

const empty: LoginFile = { version: 1, logins: {} }
const keep = (file: LoginFile, kept: Login) => withLogin(file, kept, { current: true })

describe("the file of logins", () => {
  test("is readable by its owner alone, and so is its folder", async () => {
    const store = createLoginStore(directory)
    await store.change(async (file) => ({ file: keep(file, login("dev")), result: undefined }))
    expect((await stat(join(directory, "logins.json"))).mode & 0o777).toBe(0o600)
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    expect(await readdir(directory)).toEqual(["logins.json"])
    expect((await store.read()).logins).toEqual({ "dev http://acme.localhost:8080": login("dev") })
  })

  test("loses no change of processes that write at once", async () => {
    const stores = Array.from({ length: 10 }, () => createLoginStore(directory))
    await Promise.all(
      stores.map((store, index) =>
        store.change(async (file) => {
          await new Promise((resolve) => setTimeout(resolve, 5))
          return { file: keep(file, login(`user-${index}`)), result: undefined }
        }),
      ),
    )
    expect(Object.keys((await createLoginStore(directory).read()).logins)).toHaveLength(10)
  })

  test("a lock that a killed process left is taken over", async () => {
    const store = createLoginStore(directory)
    await store.change(async (file) => ({ file: keep(file, login("dev")), result: undefined }))
    const lock = join(directory, "logins.json.lock")
    await writeFile(lock, "999999999")
    await store.change(async () => ({ result: undefined }))
    await writeFile(lock, String(process.pid))
    const old = new Date(Date.now() - 60_000)
    await utimes(lock, old, old)
    await store.change(async () => ({ result: undefined }))
    expect(await readdir(directory)).toEqual(["logins.json"])
  })

  test("of two processes that find the same lock left behind, one is in at a time", async () => {
    const lock = join(directory, "logins.json.lock")
    await mkdir(directory, { recursive: true })
    for (let round = 0; round < 100; round += 1) {
      await writeFile(lock, "999999999")
      // One that died while it removed such a lock stands in nobody's way either.
      if (round % 2 === 1) await writeFile(`${lock}.removal`, "999999999")
      let inside = 0
      let most = 0
      const work = async () => {
        most = Math.max(most, ++inside)
        await new Promise((resolve) => setTimeout(resolve, 1))
        inside -= 1
      }
      await Promise.all(Array.from({ length: 2 }, () => withFileLock(lock, work)))
      expect(most).toBe(1)
      expect(await readdir(directory)).toEqual([])
    }
  })

  test("one that was long about reading a lock left behind does not remove the one that was taken meanwhile", async () => {
    const lock = join(directory, "logins.json.lock")
    await mkdir(directory, { recursive: true })
    for (let round = 0; round < 20; round += 1) {
      await writeFile(lock, "999999999".padEnd(4_000_000, "\n"))
      let inside = 0
      let most = 0
      const work = async () => {
        most = Math.max(most, ++inside)
        await wait(20)
        inside -= 1
      }
      const each = Array.from({ length: 3 }, async (_, index) => {
        await wait(index * (1 + (round % 5)))
        await withFileLock(lock, work)
      })
      await Promise.all(each)
      expect(most).toBe(1)
    }
  })

  test("nobody gives back a lock that was taken over", async () => {
    const lock = join(directory, "logins.json.lock")
    await withFileLock(lock, () => writeFile(lock, "1 another's"))
    expect(await readFile(lock, "utf8")).toBe("1 another's")
  })

  test("a failing change leaves the file as it was, and no lock", async () => {
    const store = createLoginStore(directory)
    await store.change(async (file) => ({ file: keep(file, login("dev")), result: undefined }))
    const before = await readFile(join(directory, "logins.json"), "utf8")
    await expect(store.change(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken")
    expect(await readFile(join(directory, "logins.json"), "utf8")).toBe(before)
    expect(await readdir(directory)).toEqual(["logins.json"])
  })

  test.each(["", "{", "[]", '{"version":2,"logins":{}}'])(
    "%j is refused by name and not overwritten",
    async (text) => {
      const store = createLoginStore(directory)
      await store.change(async (file) => ({ file: keep(file, login("dev")), result: undefined }))
      await writeFile(join(directory, "logins.json"), text)
      await expect(store.read()).rejects.toMatchObject({ code: "cli.logins_damaged" })
      await expect(store.change(async (file) => ({ file, result: undefined }))).rejects.toMatchObject({
        code: "cli.logins_damaged",
      })
      expect(await readFile(join(directory, "logins.json"), "utf8")).toBe(text)
    },
  )
})

describe("which login a command means", () => {
  const file = [login("dev"), login("dev", "globex"), login("viewer")].reduce(keep, empty)

  test.each([
    ["the newest where nothing is asked", {}, "viewer http://acme.localhost:8080"],
    ["another user of the same organization", { user: "dev" }, "dev http://acme.localhost:8080"],
    ["another organization", { organization: "globex" }, "dev http://globex.localhost:8080"],
    [
      "an address",
      { organization: "http://globex.localhost:8080/v1/me" },
      "dev http://globex.localhost:8080",
    ],
    ["both", { organization: "acme", user: "dev" }, "dev http://acme.localhost:8080"],
  ])("%s", (_, choice, key) => expect(chooseLogin(file, choice).key).toBe(key))

  test("one of several that fit is not guessed", () => {
    const two = keep(keep(file, login("x", "initech")), login("y", "initech"))
    const elsewhere = keep(two, login("z", "acme", 9090))
    expect(() => chooseLogin(elsewhere, { organization: "initech" })).toThrow(
      expect.objectContaining({ code: "cli.ambiguous_name" }),
    )
  })

  test("one that is not kept is named so, and none at all asks to log in", () => {
    expect(() => chooseLogin(file, { user: "nobody" })).toThrow(
      expect.objectContaining({ code: "cli.unknown_login" }),
    )
    expect(() => chooseLogin(empty, {})).toThrow(expect.objectContaining({ code: "cli.not_logged_in" }))
  })

  test("after a logout another kept login is current", () => {
    const rest = withoutLogin(file, "viewer http://acme.localhost:8080")
    expect(chooseLogin(rest, {}).login.organization).toBe("globex")
    expect(withoutLogin(keep(empty, login("dev")), "dev http://acme.localhost:8080")).toEqual(empty)
  })
})
