/**
 * Whether runs are traced to a hosted service. LangChain sends state away as soon as one of these variables says
 * `true`, even without a key, so the service sets them all at start-up; nothing here reads or writes the environment.
 */

/** The variables to set: everything off unless tracing was asked for with Interlock's own option. */
export function tracingEnvironment(wanted: boolean): Readonly<Record<string, 'true' | 'false'>> {
  const value = wanted ? 'true' : 'false';
  return {
    LANGSMITH_TRACING: value,
    LANGSMITH_TRACING_V2: value,
    LANGCHAIN_TRACING: value,
    LANGCHAIN_TRACING_V2: value,
  };
}
