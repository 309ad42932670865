import { connect, loginArguments } from "../api/connect.ts"
import { defineCommand } from "../command/define-command.ts"

/** Makes a project in the login's organization and prints its id. */
export const projectCreate = defineCommand({
  args: { name: { type: "positional", required: true, description: "Its name" }, ...loginArguments },
  run: async ({ args, terminal, environment }) => {
    const { api } = await connect({ environment }, args)
    const project = await api.projects.create(args.name)
    terminal.out(args.json ? JSON.stringify(project) : `Created project ${project.id}.`)
    return undefined
  },
})
