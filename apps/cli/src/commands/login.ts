import { createApiClient, GatehouseError } from "@gatehouse/sdk/client"
import { defineCommand } from "../command/define-command.ts"
import { usageError } from "../command/parse-command-line.ts"
import type { Login } from "../logins/login.ts"
import { createLoginStore, withLogin } from "../logins/login-store.ts"
import { createBrowserStep, openBrowser } from "../oidc/browser-step.ts"
import { createFormStep } from "../oidc/form-step.ts"
import { type AuthorizationStep, obtainLogin, type Realm } from "../oidc/obtain-login.ts"
import { resolveRealm } from "../oidc/resolve-realm.ts"
import { readDemo } from "../state/read-plane.ts"
import type { Terminal } from "../terminal.ts"
import { jsonArgument, stateArgument, stateDirectoryOf } from "./server.ts"

/** Logs in to one organization and keeps the tokens, as the login that later commands use. */
export const login = defineCommand({
  args: {
    organization: {
      type: "string",
      description: "Organization to log in to: its name on this machine's plane, or its address",
      valueHint: "NAME|URL",
      required: true,
    },
    username: {
      type: "string",
      description: "Log in without a browser, by the same login page",
      valueHint: "USER",
    },
    "password-stdin": { type: "boolean", description: "Read the password from standard input" },
    demo: {
      type: "string",
      description: "Log in as a user of the demo: owner, admin, developer, viewer",
      valueHint: "USER",
    },
    issuer: {
      type: "string",
      description: "The organization's issuer, where its address does not tell it",
      valueHint: "URL",
    },
    ...stateArgument,
    ...jsonArgument,
  },
  run: async ({ args, terminal, environment }) => {
    if ((args.username === undefined) !== !args["password-stdin"])
      throw usageError("--username and --password-stdin belong together.")
    if (args.demo !== undefined && args.username !== undefined)
      throw usageError("--demo and --username exclude each other.")
    const stateDirectory = stateDirectoryOf(environment, args.state)
    const realm = await resolveRealm(stateDirectory, args.organization, args.issuer)
    const credentials =
      args.demo !== undefined
        ? await demoUser(stateDirectory, realm.organization, args.demo)
        : args.username !== undefined
          ? { username: args.username, password: withoutLineEnd(await terminal.readInput()) }
          : undefined
    const step = credentials === undefined ? await browserStep(terminal) : createFormStep(credentials)
    const kept = await logIn(realm, step).finally(() => step.close?.())
    await createLoginStore(environment.loginDirectory).change(async (file) => ({
      file: withLogin(file, kept, { current: true }),
      result: undefined,
    }))
    const { organization, username, url } = kept
    terminal.out(
      args.json
        ? JSON.stringify({ organization, username, url })
        : `Logged in to ${organization} as ${username}.`,
    )
    return undefined
  },
})

/** Logs in, and asks the API who that is: a login that the API refuses is not kept. */
async function logIn(realm: Realm, step: AuthorizationStep): Promise<Login> {
  const login = await obtainLogin(realm, step)
  const me = await createApiClient({ url: login.url, accessToken: async () => login.accessToken }).me()
  return { ...login, organization: me.home === "platform" ? me.home : me.organization }
}

function browserStep(terminal: Terminal): Promise<AuthorizationStep> {
  return createBrowserStep({
    announce: (address) => terminal.note(`Log in at ${address.href}`),
    open: openBrowser,
  })
}

async function demoUser(stateDirectory: string, organization: string, role: string) {
  const demo = await readDemo(stateDirectory)
  const user =
    organization === "platform"
      ? demo?.platform.administrator
      : demo?.organizations[organization]?.users[role]
  if (user === undefined) throw new GatehouseError("cli.no_demo")
  return user
}

/** What `echo` and editors add. */
function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "")
}
