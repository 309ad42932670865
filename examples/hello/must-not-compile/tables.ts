import type { Auth, Gatehouse, Generated } from "@gatehouse/sdk"

interface GreetingDatabase {
  greeting: { id: Generated<string>; org_id: string; project_id: string; text: string }
}

export declare const gatehouse: Gatehouse<GreetingDatabase>
export declare const auth: Auth
