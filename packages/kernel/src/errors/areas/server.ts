import { defineErrors } from "../define-errors.ts"

/** Errors of starting and stopping the plane. */
export const serverErrors = defineErrors({
  "server.port_taken": {
    status: 500,
    message: "A port that Gatehouse needs is taken by another program.",
    action: "Stop that program, or move all of Gatehouse's ports with --port N.",
  },
  "server.already_running": {
    status: 500,
    message: "Gatehouse already runs on this state directory.",
    action:
      "Use the running one (gatehouse status), stop it (gatehouse stop), or take another folder with --state DIR.",
  },
  "server.not_running": {
    status: 500,
    message: "Gatehouse does not run on this state directory.",
    action: "Start it with gatehouse up, or name its folder with --state DIR.",
  },
  "server.state_not_writable": {
    status: 500,
    message: "The state directory can't be written.",
    action: "Give this user the right to write it, or take another folder with --state DIR.",
  },
  "server.state_newer": {
    status: 500,
    message: "The state directory was written by a newer release.",
    action: "Start that release, or take another folder with --state DIR.",
  },
  "server.state_foreign": {
    status: 500,
    message: "The folder holds something that Gatehouse did not make.",
    action: "Take an empty folder, or one that does not exist yet, with --state DIR.",
  },
  "server.state_damaged": {
    status: 500,
    message: "A file of the state directory is not what Gatehouse wrote there.",
    action: "Restore the file, or take another folder with --state DIR.",
  },
  "server.unsafe_defaults": {
    status: 500,
    message: "Development defaults do not start in production or beyond loopback.",
    action:
      "Configure each part that is named, or allow it by name: --allow embedded,http,demo,state-secrets.",
  },
  "server.invalid_option": {
    status: 500,
    message: "An option has a value that it does not take.",
    action: "Run the command with --help.",
  },
  "server.start_aborted": {
    status: 500,
    message: "The start was given up; what ran so far has been stopped.",
    action: "Start again with gatehouse up.",
  },
  "server.part_failed": {
    status: 500,
    message: "A part of the plane did not start.",
    action: "Run gatehouse doctor; the log in the state directory holds the cause.",
  },
})
