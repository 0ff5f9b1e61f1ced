import type { Props } from "../resource.ts";
import { isUnknown } from "../resource.ts";

/**
 * What a judgement finds wrong with these properties; nothing where it had to look at one that is
 * not known before the deployment, as it is asked again then, with all values. A preview of a first
 * deployment is full of them: where one value in an object is late, Azure's SDK hands over none of
 * the object. A list is judged by what is known of it.
 */
export function faultsInKnown(
  judge: (props: Props) => readonly string[],
  props: Props,
): readonly string[] {
  let hasMissed = false;
  const faults = judge(
    watched(props, () => {
      hasMissed = true;
    }),
  );
  return hasMissed ? [] : faults;
}

function watched(value: Props, onUnknown: () => void): Props {
  if (value === null || typeof value !== "object" || isUnknown(value)) return value;
  if (Array.isArray(value)) return value.map((inner) => watched(inner, onUnknown));
  return new Proxy(value, {
    get: (object, key) => {
      const inner = Reflect.get(object, key);
      if (isUnknown(inner)) onUnknown();
      return watched(inner, onUnknown);
    },
  });
}
