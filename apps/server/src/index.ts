export { doctor } from "./doctor.ts"
export type {
  DemoFile,
  DemoLogin,
  DemoOrganization,
  DevelopmentDefault,
  Finding,
  PartName,
  PlaneFile,
  PlaneOptions,
  PlaneStatus,
  PlaneSummary,
  RunningPlane,
  StartEvent,
  UpOptions,
} from "./options.ts"
export { developmentDefaults, partNames } from "./options.ts"
export { reset } from "./reset.ts"
export { status } from "./status.ts"
export { stop } from "./stop.ts"
export { up } from "./up.ts"
