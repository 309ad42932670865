import { connect, loginArguments } from "../api/connect.ts"
import { findProject } from "../api/find-project.ts"
import { defineCommand } from "../command/define-command.ts"
import { confirm, confirmArgument } from "./confirm.ts"

/** Deletes a project for good, after a question unless `--yes` is there. */
export const projectDelete = defineCommand({
  args: {
    project: { type: "positional", required: true, description: "Project, by name or id" },
    ...confirmArgument,
    ...loginArguments,
  },
  run: async ({ args, terminal, environment }) => {
    const { api } = await connect({ environment }, args)
    const project = await findProject(api, args.project)
    await confirm(terminal, `Delete project ${project}?`, args.yes)
    await api.projects.delete(project)
    terminal.out(args.json ? JSON.stringify({ deleted: project }) : `Deleted project ${project}.`)
    return undefined
  },
})
