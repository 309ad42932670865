import { connect, loginArguments } from "../api/connect.ts"
import { defineCommand } from "../command/define-command.ts"
import { createLoginStore } from "../logins/login-store.ts"
import { formatTable } from "../output/table.ts"

/** Prints who the login is, or with `--all` every login that is kept here. */
export const whoami = defineCommand({
  args: { ...loginArguments, all: { type: "boolean", description: "List every login that is kept here" } },
  run: async ({ args, terminal, environment }) => {
    if (args.all) {
      const { logins, current } = await createLoginStore(environment.loginDirectory).read()
      const kept = Object.entries(logins).map(([key, { organization, username, url }]) => ({
        organization,
        username,
        url,
        current: key === current,
      }))
      if (args.json) terminal.out(JSON.stringify({ items: kept }))
      else {
        const rows = kept.map((login) => [
          login.organization,
          login.username,
          login.url,
          login.current ? "yes" : "",
        ])
        for (const line of formatTable(terminal, ["organization", "user", "address", "current"], rows))
          terminal.out(line)
      }
      return undefined
    }
    const { api, login } = await connect({ environment }, args)
    const me = await api.me()
    if (args.json) {
      terminal.out(JSON.stringify(me))
      return undefined
    }
    const rows = [
      ["user", me.username ?? me.subject],
      ["id", me.id],
      ["name", me.name],
      ["email", me.email],
      ["organization", me.organization],
      ["address", login.url],
      ["groups", me.groups.join(", ") || null],
      ["realm roles", me.realm_roles.join(", ") || null],
      ["permissions", me.permissions.join(", ") || null],
    ]
    for (const line of formatTable(terminal, ["", ""], rows).slice(1)) terminal.out(line)
    return undefined
  },
})
