import * as pulumi from "@pulumi/pulumi";

/** A resource as a program registered it, its outputs resolved and its secrets marked. */
export type Recorded = {
  /** As `kubernetes:apps/v1:Deployment`, or the type of a component. */
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly custom: boolean;
  readonly parent: string | undefined;
  readonly dependsOn: readonly string[];
  readonly deletedWith: string | undefined;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Outputs that the state keeps as secrets, whatever they are made of. */
  readonly secretOutputs: readonly string[];
  readonly provider: string | undefined;
  /** Inputs; a secret is `{ [secretMark]: value }` at its place. */
  // biome-ignore lint/suspicious/noExplicitAny: any resource's inputs
  readonly inputs: any;
};

/** The key of an object that stands for a secret in recorded inputs. */
export const secretMark = "4dabf18193072939515e22adb298388d";

export type RecordingOptions = {
  readonly project?: string;
  readonly stack?: string;
  /** Configuration by full key, as `todo-evolution:target`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Outputs that a provider would add, by type; the inputs are always there. */
  readonly outputs?: (type: string, name: string, inputs: object) => object;
  /** What a provider's function would answer, by its token; by default what it was asked with. */
  readonly answers?: (token: string, inputs: object) => object;
};

/**
 * Runs a Pulumi program without an engine or a provider and returns what it registered, in order.
 * Generated Kubernetes names are the resources' own names. One run at a time in a process.
 * @throws what the program throws
 */
export async function record(
  program: () => unknown,
  options: RecordingOptions = {},
): Promise<Recorded[]> {
  const { project = "todo-evolution", stack = "recorded", config = {} } = options;
  const recorded: Recorded[] = [];
  pulumi.runtime.setAllConfig({ ...config });
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => ({
        id: custom === false ? undefined : `${name}-id`,
        state: withName(type, name, { ...inputs, ...options.outputs?.(type, name, inputs) }),
      }),
      call: ({ token, inputs }) => options.answers?.(token, inputs) ?? inputs,
    },
    project,
    stack,
    false,
  );
  listen((resource) => recorded.push(resource));
  let failure: { readonly error: unknown } | undefined;
  await pulumi.runtime.runInPulumiStack(async () => {
    try {
      await program();
    } catch (error) {
      failure = { error };
    }
    return {};
  });
  // What an output gave birth to registers later than the program returns.
  await pulumi.runtime.disconnect();
  if (failure) throw failure.error;
  return recorded.filter(({ type }) => type !== "pulumi:pulumi:Stack");
}

/** What the monitor is asked to register has more than a mock is told: order and protection. */
function listen(hear: (resource: Recorded) => void): void {
  // biome-ignore lint/suspicious/noExplicitAny: the monitor of mocks has no public type
  const monitor = pulumi.runtime.getMonitor() as any;
  const register = monitor.registerResource.bind(monitor);
  // The monitor of mocks lacks it. Hooks are the engine's to call.
  monitor.registerResourceHook = (_: unknown, done: (error: null, answer: object) => void) =>
    done(null, {});
  // biome-ignore lint/suspicious/noExplicitAny: Pulumi's own protocol
  monitor.registerResource = (request: any, ...rest: unknown[]) => {
    hear({
      type: request.getType(),
      name: request.getName(),
      urn: `${request.getType()}::${request.getName()}`,
      custom: request.getCustom(),
      parent: shortUrn(request.getParent()),
      dependsOn: request.getDependenciesList().map(shortUrn),
      deletedWith: shortUrn(request.getDeletedwith()),
      protect: request.getProtect(),
      retainOnDelete: request.getRetainondelete(),
      secretOutputs: request.getAdditionalsecretoutputsList(),
      provider: request.getProvider() || undefined,
      inputs: unwrap(request.getObject()?.toJavaScript() ?? {}),
    });
    return register(request, ...rest);
  };
}

/** `type::name`, which is all that tells resources of one program apart. */
const shortUrn = (urn: string): string | undefined =>
  urn ? urn.split("::").slice(2).join("::").split("$").at(-1) : undefined;

/** Outputs travel as objects that also say what they depend on; here only the value counts. */
function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (value === null || typeof value !== "object") return value;
  const entries = value as Record<string, unknown>;
  const signature = entries[secretMark];
  if (signature === outputSignature) {
    return entries.secret ? { [secretMark]: unwrap(entries.value) } : unwrap(entries.value);
  }
  if (signature === secretSignature) return { [secretMark]: unwrap(entries.value) };
  return Object.fromEntries(Object.entries(entries).map(([key, inner]) => [key, unwrap(inner)]));
}

const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** The name that the provider of Kubernetes would have generated, so that references resolve. */
// biome-ignore lint/suspicious/noExplicitAny: any resource's state
const withName = (type: string, name: string, state: any): any =>
  type.startsWith("kubernetes:") ? { ...state, metadata: { name, ...state.metadata } } : state;
