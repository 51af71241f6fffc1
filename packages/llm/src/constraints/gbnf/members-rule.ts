/** A member of an object: the rule of its key and value. */
interface Member {
  readonly rule: string;
  readonly isRequired: boolean;
}

/** Of more members that may all be left out, each rule naming all after it would make a grammar of megabytes. */
const MAX_SPELLED_OUT = 32;

/**
 * The rule of an object with these members, in their order.
 *
 * @param further the rule of members after them; `undefined`: there are none.
 * @param add adds a rule with that body to the grammar, and returns its name.
 */
export function membersRule(
  members: readonly Member[],
  further: string | undefined,
  add: (body: string) => string,
): string {
  if (members.length === 0 && further === "member") return "object";
  const tail = further === undefined ? "" : ` ("," ws ${further})*`;
  const first = members.findIndex((member) => member.isRequired);
  if (first >= 0) {
    const list = members.map(({ rule, isRequired }, i) => {
      if (i === first) return rule;
      const joined = i < first ? `${rule} "," ws` : `"," ws ${rule}`;
      return isRequired ? joined : `(${joined})?`;
    });
    return add(`"{" ws ${list.join(" ")}${tail} ws "}"`);
  }
  const openings =
    members.length > MAX_SPELLED_OUT
      ? chainedOpenings(members, tail, add)
      : spelledOutOpenings(members, tail, add);
  if (further !== undefined) openings.push(add(further + tail));
  return add(openings.length > 0 ? `"{" ws (${openings.join(" | ")})? ws "}"` : `"{" ws "}"`);
}

/** Whichever comes first has no comma before it. */
function spelledOutOpenings(
  members: readonly Member[],
  tail: string,
  add: (body: string) => string,
): string[] {
  return members.map(({ rule }, i) => {
    const rest = members.slice(i + 1).map((later) => ` ("," ws ${later.rule})?`);
    return add(rule + rest.join("") + tail);
  });
}

/** The same for many members, in rules whose length does not grow with their number. */
function chainedOpenings(members: readonly Member[], tail: string, add: (body: string) => string): string[] {
  const openings: string[] = [];
  let rest = tail;
  for (const { rule } of members.toReversed()) {
    openings.unshift(rule + rest);
    rest = ` ${add(`("," ws ${rule})?${rest}`)}`;
  }
  return openings;
}
