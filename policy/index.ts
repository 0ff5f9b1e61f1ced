import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "./pack.ts";
import { rules } from "./rules.ts";
import { stackSettings } from "./stack-settings.ts";

new PolicyPack("todo-evolution", {
  description: "What every stack of Todo Evolution keeps to",
  policies: policiesOf(rules, stackSettings(process.env)),
});
