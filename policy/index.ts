import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "./pack.ts";
import { readPropertiesOnce } from "./read-once.ts";
import { rules } from "./rules.ts";
import { stackSettings } from "./stack-settings.ts";

readPropertiesOnce();
new PolicyPack("todo-evolution", {
  description: "What every stack of Todo Evolution keeps to",
  policies: policiesOf(rules, stackSettings(process.env)),
});
