/** What is asked of the test endpoint and what it says: the part of chat completions that Interlock uses. */

/** What a client asked, as it came over the wire. */
export type Asked = {
  readonly model: string;
  readonly messages: readonly {
    readonly role: string;
    readonly content: string | null;
    readonly tool_calls?: readonly unknown[];
  }[];
  readonly stream?: boolean;
  readonly response_format?: {
    readonly type: string;
    readonly json_schema?: {
      readonly name: string;
      readonly strict?: boolean;
      readonly schema: unknown;
    };
  };
  readonly tools?: readonly {
    readonly function: { readonly name: string; readonly strict?: boolean };
  }[];
  readonly max_tokens?: number;
};

/** A whole answer: text, or calls of tools. Anything but a string is sent as JSON. */
export type Said =
  | { readonly text: unknown }
  | { readonly refusal: string }
  | { readonly calls: readonly { readonly name: string; readonly input: unknown }[] };

/** What the endpoint says to one request; `count` is how many it has had before. */
export type Policy = (asked: Asked, count: number) => Said;
