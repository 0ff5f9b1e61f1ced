import * as deserialize from "@pulumi/policy/deserialize.js";

type Read = (struct: object, proxySecrets: boolean) => object;

/**
 * Makes the SDK read the properties of a resource once instead of anew for every policy: with the
 * definitions of Kubernetes' operators, megabytes each, a preview would wait for nothing else.
 * Another version of the SDK that reads in another way is left as it is.
 */
export function readPropertiesOnce(): void {
  const module = (deserialize as { default?: { deserializeProperties?: Read } }).default;
  const read = module?.deserializeProperties;
  if (!read) return;
  const known = new WeakMap<object, object>();
  module.deserializeProperties = (struct, proxySecrets) => {
    if (proxySecrets) return read(struct, proxySecrets);
    const properties = known.get(struct) ?? read(struct, proxySecrets);
    known.set(struct, properties);
    return properties;
  };
}
