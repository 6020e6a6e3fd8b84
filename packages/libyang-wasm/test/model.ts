// The model of the tests: every kind of node and rule that staging has to deal with.
import { type Context, type DataTree, type Edit, type Libyang, loadLibyang, type PathElem } from 'libyang-wasm';

/** Module `m`, with the submodule `m-sub` and the typedefs of `t`. */
export const sources: Readonly<Record<string, string>> = {
  m: `module m {
    yang-version 1.1; namespace "urn:example:m"; prefix m;
    import t { prefix t; }
    include m-sub;
    organization "Example";
    revision 2026-01-01;
    identity colour; identity red { base colour; } identity green { base colour; }
    feature extra;
    container c {
      leaf a { type uint8 { range "1..10 | 20"; } default 5; units apples; description "How many \\"apples\\"."; }
      leaf d { type decimal64 { fraction-digits 2; range "0.5..10.25"; } }
      leaf i { type identityref { base colour; } }
      leaf u { type union { type int32; type enumeration { enum auto; } } }
      leaf e { type empty; }
      leaf big { type int64; }
      leaf bin { type binary; }
      leaf flags { type bits { bit p; bit q; bit r; } }
      leaf text { type string { length "1..8"; pattern "[a-z]*"; } }
      leaf name { type t:name; }
      leaf ref { type leafref { path "../l/k"; } }
      leaf either { type union { type leafref { path "../i"; } type string; } }
      leaf target { type instance-identifier; }
      leaf-list ordered { type string; ordered-by user; }
      leaf-list numbers { type uint8; default 3; default 1; }
      leaf-list few { type string; max-elements 2; }
      list l {
        key k; unique v;
        leaf k { type string; }
        leaf v { type uint16; must ". > 3" { error-message "v must be above three"; error-app-tag v-too-low; } }
        leaf needed { type string; mandatory true; }
        leaf plain { type uint8; must "../v"; }
      }
      list seq {
        key "x y"; ordered-by user;
        leaf x { type string; } leaf y { type int8; } leaf z { type string; default zed; }
        container inner { leaf-list tags { type string; ordered-by user; } }
      }
      choice kind {
        case one { leaf o1 { type string; } container oc { leaf q { type string; default zz; } } }
        case two { leaf t1 { type string; } leaf t2 { type uint8; default 2; } }
      }
      container p { presence "is there"; leaf w { type string; } }
      leaf mode { type enumeration { enum x; enum y; } }
      leaf only-x { when "../mode = 'x'"; type string; }
      leaf x-default { when "../mode = 'x'"; type string; default dd; }
      container deep { when "../mode = 'x'"; leaf inside { type string; } leaf-list more { type uint8; } }
      anydata any;
      leaf status { config false; type string; }
      leaf featured { if-feature extra; type string; }
    }
    leaf top { type string; }
  }`,
  'm-sub': `submodule m-sub { yang-version 1.1; belongs-to m { prefix m; } container sub { leaf s { type string; } } }`,
  't@2026-01-01': `module t { namespace "urn:example:t"; prefix t; revision 2026-01-01; typedef name { type string { pattern "[A-Z].*" { error-message "a name begins with a capital"; error-app-tag bad-name; } } } }`,
};

let started: Promise<Libyang> | undefined;

/** One libyang for all test files. */
export function sharedLibyang(): Promise<Libyang> {
  started ??= loadLibyang();
  return started;
}

/** A context of the model above. */
export async function modelContext(): Promise<Context> {
  return (await sharedLibyang()).createContext({ sources, implement: ['m'] });
}

/** A path below container c. */
export function below(...elems: (string | [string, ...string[]])[]): PathElem[] {
  return [
    { name: 'm:c' },
    ...elems.map((elem) => (typeof elem === 'string' ? { name: elem } : { name: elem[0], keys: elem.slice(1) })),
  ];
}

/** Stages and keeps; throws with the violations when there are any. */
export function commit(tree: DataTree, ...edits: Edit[]): Uint8Array {
  const { violations, changes } = tree.stage(edits);
  if (violations.length > 0) throw new Error(JSON.stringify(violations, null, 1));
  tree.keep();
  return changes;
}
