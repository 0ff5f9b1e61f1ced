const mostCauses = 8;

/** An error and what caused it, the outermost first. */
export function* causesOf(error: unknown): Generator<NonNullable<unknown>> {
  for (let current = error, depth = 0; current && depth < mostCauses; depth++) {
    yield current;
    const { cause, errors } = current as { cause?: unknown; errors?: unknown };
    // A refused connection to a name with two addresses comes as an AggregateError.
    current = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
}
