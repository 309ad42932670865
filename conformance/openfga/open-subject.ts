import { evaluatorSubject } from "./evaluator-subject.ts"
import { createHttpSubject } from "./http-subject.ts"
import { createReplicaSubject } from "./replica-subject.ts"
import type { ServerUnderTest, Subject, SubjectName } from "./subject.ts"

/** A subject by its name; all but the evaluator are put to the test on a server. */
export function openSubject(name: SubjectName, server: ServerUnderTest | undefined): Subject {
  if (name === "evaluator") return evaluatorSubject
  if (server === undefined) throw new Error(`the subject ${name} needs a server`)
  return name === "http" ? createHttpSubject(server) : createReplicaSubject(server)
}
