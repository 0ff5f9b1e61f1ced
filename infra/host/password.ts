import * as pulumi from "@pulumi/pulumi";

/** A random password. */
export interface PasswordArgs {
  /** Random bytes, 16 to 256, by default 32; the text (base64url) is a third longer. */
  length?: pulumi.Input<number>;
}

/** A secret that is made once and kept, encrypted, in the state. */
export class Password extends pulumi.CustomResource {
  /** Letters, digits, "-" and "_". */
  declare readonly value: pulumi.Output<string>;

  constructor(name: string, args: PasswordArgs = {}, options?: pulumi.CustomResourceOptions) {
    super(
      "host:index:Password",
      name,
      { value: undefined, ...args },
      {
        ...options,
        additionalSecretOutputs: ["value"],
      },
    );
  }
}
