import { inject } from "vitest"
import { describeMainJob } from "../support/main-job.ts"

describeMainJob(() => inject("plane"))
