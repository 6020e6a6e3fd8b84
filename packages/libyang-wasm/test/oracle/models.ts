// The models of the oracle: together they use every kind of constraint of YANG 1.1, alone and across modules.

/** Module `a` holds the lists, `b` augments them and refers to them, `z` comes after both and is read by both. */
export const sources: Readonly<Record<string, string>> = {
  a: `module a {
    yang-version 1.1; namespace "urn:a"; prefix a; import z { prefix z; }
    identity kind; identity red { base kind; } identity dark-red { base red; } identity green { base kind; }
    container top {
      list item {
        key name; unique "serial"; unique "port box/slot"; max-elements 150;
        must "count(../item[group = current()/group]) <= 4" { error-app-tag too-many-in-group; }
        leaf name { type string; }
        leaf serial { type uint8; }
        leaf port { type uint8; default 0; }
        container box { leaf slot { type string; } leaf lid { type boolean; default true; } }
        leaf group { type leafref { path "../../group/name"; } }
        leaf peer { type leafref { path "../../item/serial"; } }
        leaf note { type leafref { path "../tag"; } }
        leaf-list tag { type string; ordered-by user; min-elements 0; max-elements 3; }
        leaf need { when "../mode = 'strict'"; mandatory true; type string; }
        leaf mode { type enumeration { enum lax; enum strict; } default lax; }
        leaf soft { when "../mode = 'strict'"; type string; default s; }
        choice shape {
          case round { leaf radius { type uint8; mandatory true; } container rim { leaf colour { type string; default grey; } } }
          case flat { leaf width { type uint8; } leaf height { type uint8; default 1; must ". <= ../width or not(../width)"; } }
          leaf point { type empty; }
        }
        list part {
          key "id"; ordered-by user; min-elements 0; unique code;
          leaf id { type string; }
          leaf code { type string; }
          leaf of { type leafref { path "/top/item[name = current()/../../name]/part/id"; } }
          leaf weight { type uint8; must "sum(../../part/weight) <= 12"; }
        }
      }
      list group {
        key name; min-elements 1;
        must "not(leader) or ../item[name = current()/leader]" { error-message "the leader is no item"; }
        leaf name { type string; }
        leaf leader { type string; must "../../item[name = current()]/group = ../name"; }
        leaf size { type uint8; default 3; must "count(../../item[group = current()/../name]) <= ."; }
        leaf-list parent { type leafref { path "../../group/name"; } must "not(/top/group[name = current()]/parent[. = current()/../name])"; }
        container need { presence "needs a thing"; leaf thing { type string; mandatory true; } list sub { key k; min-elements 1; leaf k { type string; } } }
      }
      choice must-choose { mandatory true; leaf one { type string; } container two { presence p; leaf x { type uint8; } }
        case three { leaf-list numbers { type uint8; default 1; default 2; } } }
      leaf total { type uint8; must "count(../item) >= ."; }
      leaf label { type union { type leafref { path "../item/name"; } type enumeration { enum free; } type string { length "1..2"; } } }
      leaf count-or-name { type union { type leafref { path "../item/serial"; } type string; } }
      leaf where { type instance-identifier; }
      leaf loose { type instance-identifier { require-instance false; } }
      leaf kind { type identityref { base kind; } }
      leaf only-red { when "derived-from-or-self(../kind, 'a:red')"; type string; default r; }
      container red-box { when "derived-from(../kind, 'a:red')"; leaf deep { type string; default d; } leaf-list many { type uint8; } }
      leaf follow { when "../only-flat"; type string; }
      leaf only-flat { when "../kind = 'a:green'"; type string; }
      leaf after { when "../follow or ../only-flat = 'x'"; type string; }
      leaf via { type leafref { path "../item/name"; } must "deref(.)/../mode = 'lax'"; }
      leaf last { type string; must "../item[last()]/name != . and not(//part[code = current()])"; }
      leaf outer { type string; must "not(/z:limits/forbidden[. = current()])"; }
      leaf floor { type uint8; must ". >= /z:limits/low"; }
    }
    leaf-list order { type string; ordered-by user; max-elements 4; must "count(/top/item[name = current()]) = 1"; }
    list free { key "x y"; unique n; leaf x { type uint8; } leaf y { type string; } leaf n { type uint8; } leaf ref { type leafref { path "/z:limits/z:forbidden"; } } }
  }`,
  b: `module b {
    yang-version 1.1; namespace "urn:b"; prefix b; import a { prefix a; } import z { prefix z; }
    augment "/a:top/a:item" { when "a:mode = 'lax'"; leaf extra { type uint8; } leaf-list links { type leafref { path "/a:top/a:item/a:name"; } } }
    augment "/a:top/a:item/a:shape" { case other { leaf curve { type string; must "string-length(.) < 3 or ../b:extra"; } } }
    container side { leaf of { type leafref { path "/a:top/a:item/a:name"; } }
      leaf part { type leafref { path "/a:top/a:item[a:name = current()/../of]/a:part/a:id"; } }
      leaf known { type string; must "/a:top/a:item[a:name = current()] or . = 'none'"; }
      leaf strict { when "/a:top/a:item[a:name = current()/of]/a:mode = 'lax'"; type string; default on; } }
  }`,
  z: `module z {
    yang-version 1.1; namespace "urn:z"; prefix z;
    container limits { leaf low { type uint8; default 1; } leaf high { type uint8; default 200; must ". > ../low"; }
      leaf-list forbidden { type string; } leaf hint { when "../low = 2"; type string; default h; } }
  }`,
};

/** Valid data with enough entries that no list is walked by the way. */
export function baseDocument(entries: number): string {
  const names = Array.from({ length: entries }, (_, i) => `k${i}`);
  return JSON.stringify({
    'a:top': {
      item: names.map((name, i) => ({
        name,
        ...(i < 200 ? { serial: i } : {}),
        port: i % 7,
        box: { slot: `s${i}` },
        group: `k${i % Math.ceil(entries / 2)}`,
        peer: (i * 7) % Math.min(entries, 200),
        ...(i % 3 === 0 ? { tag: ['k0', 'k1'], note: 'k0' } : {}),
        ...(i % 5 === 0 ? { mode: 'strict', need: 'n' } : { 'b:links': [`k${(i + 1) % entries}`] }),
        ...(i % 4 === 1 ? { radius: 1 } : i % 4 === 2 ? { width: 3 } : {}),
        ...(i % 6 === 0
          ? {
              part: [
                { id: 'k0', code: 'c', weight: 2 },
                { id: 'k1', of: 'k0', weight: 3 },
              ],
            }
          : {}),
      })),
      group: names.slice(0, Math.ceil(entries / 2)).map((name, i) => ({
        name,
        ...(i % 4 === 0 ? { leader: name } : {}),
        ...(i % 3 === 1 ? { parent: ['k0'] } : {}),
      })),
      one: 'o',
      label: 'k1',
      kind: 'a:green',
      'only-flat': 'x',
      follow: 'f',
      after: 'k1',
    },
    'b:side': { of: 'k1', known: 'k2' },
  });
}
