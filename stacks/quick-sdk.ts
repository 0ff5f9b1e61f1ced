import * as pulumi from "@pulumi/pulumi";
import debuggable from "@pulumi/pulumi/runtime/debuggable.js";

/** What the module has, which its types keep for themselves. */
type Debuggable = {
  readonly debuggablePromise: <Value>(promise: Promise<Value>, context?: unknown) => Promise<Value>;
};

// A third of a preview's processor time was the SDK watching itself: the stack of every promise, with
// source maps looked up, and what it debugs, several messages a resource with whole answers in them,
// each a call to the engine, which shows none of them.
// Set SDK_DEBUG, or the SDK's own PULUMI_DEBUG_PROMISE_LEAKS, to have all of it.
if (!process.env.SDK_DEBUG && !process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  // Node strips types in place: its own traces have the right lines.
  Reflect.deleteProperty(Error, "prepareStackTrace");
  Object.assign(pulumi.log, { debug: () => Promise.resolve() });
  const { debuggablePromise } = debuggable as unknown as Debuggable;
  // Leaks are still found and named; only where each promise was made is not noted.
  const withoutStack: Debuggable["debuggablePromise"] = (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  Object.assign(debuggable, { debuggablePromise: withoutStack });
}
