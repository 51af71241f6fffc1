/** GBNF of a JSON string that can be written as UTF-8: escapes are complete, surrogates come in pairs. */
export const STRING_RULES = String.raw`string ::= "\"" char* "\""
char ::= [^"\\\x00-\x1F\x7F] | "\\" escape
escape ::= ["\\/bfnrt] | "u" ( unit | pair )
unit ::= [0-9a-cA-Ce-fE-F] hex hex hex | [dD] [0-7] hex hex
pair ::= [dD] [89abAB] hex hex "\\u" [dD] [c-fC-F] hex hex
hex ::= [0-9a-fA-F]
`;
