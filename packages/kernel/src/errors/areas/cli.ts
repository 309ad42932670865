import { defineErrors } from "../define-errors.ts"

/** Errors of the command line itself. Those of the servers it talks to keep their own codes. */
export const cliErrors = defineErrors({
  "cli.usage": {
    status: 400,
    message: "The command line is not one that this command takes.",
    action: "Run the command with --help.",
  },
  "cli.not_logged_in": {
    status: 401,
    message: "Nobody is logged in here.",
    action: "Run gatehouse login --organization NAME.",
  },
  "cli.session_ended": {
    status: 401,
    message: "The session has ended.",
    action: "Log in again with gatehouse login.",
  },
  "cli.login_failed": {
    status: 401,
    message: "The identity server did not log you in.",
    action: "Check user name and password, then try again.",
  },
  "cli.login_needs_browser": {
    status: 401,
    message: "The identity server asks for more than user name and password.",
    action: "Run gatehouse login without --username, and finish in the browser.",
  },
  "cli.login_cancelled": {
    status: 401,
    message: "The login was not finished.",
    action: "Run gatehouse login again and finish in the browser within five minutes.",
  },
  "cli.unknown_organization": {
    status: 404,
    message: "No address is known for that organization.",
    action:
      "Give its address, as in --organization http://acme.localhost:8080, or start Gatehouse here with gatehouse up.",
  },
  "cli.unknown_login": {
    status: 404,
    message: "There is no such login here.",
    action: "Run gatehouse login; gatehouse whoami --all lists those that are kept.",
  },
  "cli.unknown_project": {
    status: 404,
    message: "You see no project of that name or id.",
    action: "Run gatehouse project list.",
  },
  "cli.unknown_subject": {
    status: 404,
    message: "No member of the organization has that user name.",
    action: "Give the id, as in user:acme/<subject>, or a group by its full path, as in /team.",
  },
  "cli.project_needed": {
    status: 400,
    message: "You see several projects, or none, so one has to be named.",
    action: "Add --project NAME; gatehouse project list shows them.",
  },
  "cli.ambiguous_name": {
    status: 409,
    message: "More than one thing has that name.",
    action: "Give its id.",
  },
  "cli.unreachable": {
    status: 503,
    message: "The server did not answer.",
    action: "Look with gatehouse status whether it runs, or start it with gatehouse up.",
  },
  "cli.unexpected_answer": {
    status: 502,
    message: "The server answered something that this release does not understand.",
    action: "Check that the address is Gatehouse's, and that server and command line are of one release.",
  },
  "cli.file_unreadable": {
    status: 400,
    message: "The file cannot be read.",
    action: "Check its path and rights; - reads standard input.",
  },
  "cli.logins_unwritable": {
    status: 500,
    message: "The logins cannot be kept in the state directory.",
    action: "Give this user the right to write it, or name another one in GATEHOUSE_STATE.",
  },
  "cli.logins_damaged": {
    status: 500,
    message: "The file of kept logins is not what Gatehouse wrote there.",
    action: "Remove logins.json in the state directory and log in again.",
  },
  "cli.logins_busy": {
    status: 503,
    message: "Another gatehouse command holds the kept logins.",
    action: "Wait for it, then try again.",
  },
  "cli.not_confirmed": {
    status: 400,
    message: "Nothing was done: this cannot be undone and was not confirmed.",
    action: "Answer yes when asked, or add --yes.",
  },
  "cli.no_demo": {
    status: 404,
    message: "There is no such demo user here.",
    action: "Start with gatehouse up --demo; demo.json in the state directory lists its users.",
  },
  "cli.unexpected": {
    status: 500,
    message: "The command failed in a way that it does not know.",
    action: "Run it again with GATEHOUSE_DEBUG=1 and report what it prints.",
  },
})
