// Turns the archives into the files the compiler sees: generated headers, small source edits, and the list of units.
import { createHash } from 'node:crypto';
import { applyPatch } from './patch.mjs';
import { libyangVersion, pcre2Version } from './pins.mjs';

const utf8 = (bytes) => Buffer.from(bytes).toString('utf8');

/** What wasi-libc has of the functions that libyang can replace. */
const present = new Set(
  `VDPRINTF ASPRINTF VASPRINTF GETLINE STRNDUP STRDUPA STRCHRNUL TM_GMTOFF LOCALTIME_R GMTIME_R TIMEGM STRPTIME DIRNAME
   STRCASECMP SETENV STDATOMIC REALPATH`.split(/\s+/),
);

/** PCRE2's settings: Unicode, no JIT; the match limit bounds one pattern to about a tenth of a second. */
const pcre2Config = `
#define SUPPORT_UNICODE 1
#define PCRE2_STATIC 1
#define HAVE_ASSERT_H 1
#define HAVE_BUILTIN_ASSUME 1
#define HAVE_BUILTIN_MUL_OVERFLOW 1
#define HAVE_BUILTIN_UNREACHABLE 1
#define HAVE_DIRENT_H 1
#define HAVE_INTTYPES_H 1
#define HAVE_LIMITS_H 1
#define HAVE_MEMMOVE 1
#define HAVE_STDINT_H 1
#define HAVE_STDIO_H 1
#define HAVE_STDLIB_H 1
#define HAVE_STRERROR 1
#define HAVE_STRING_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_UNISTD_H 1
#define MATCH_LIMIT 1000000
#define HEAP_LIMIT 65536
`;

/**
 * @param {Map<string, Uint8Array>} libyang files of the libyang archive
 * @param {Map<string, Uint8Array>} pcre2 files of the PCRE2 archive
 * @param {string | undefined} pcre2Diff the distribution's fixes
 * @param {Record<string, string>} shim our own C files by name
 * @returns {{ files: Record<string, string>, units: { path: string, group: string }[], notices: Record<string, string> }}
 */
export function prepareFiles({ libyang, pcre2, pcre2Diff, shim }) {
  const files = {};
  const units = [];
  prepareLibyang(libyang, files, units);
  preparePcre2(pcre2, pcre2Diff, files, units);
  for (const [name, text] of Object.entries(shim)) {
    files[`c/${name}`] = text;
    if (name.endsWith('.c')) units.push({ path: `c/${name}`, group: 'shim' });
  }
  return {
    files,
    units,
    notices: { 'LICENSE.libyang': utf8(libyang.get('LICENSE')), 'LICENSE.pcre2': utf8(pcre2.get('LICENCE.md')) },
  };
}

/** Digest over the libyang files that are used, whatever way they were packed. */
export function libyangTreeDigest(files) {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].filter(usedFromLibyang).sort()) {
    hash.update(`${createHash('sha256').update(files.get(path)).digest('hex')}  ${path}\n`);
  }
  return hash.digest('hex');
}

const usedFromLibyang = (path) =>
  /^(src\/.*\.(c|h|h\.in)|models\/.*\.h|compat\/compat\.[ch].*|CMakeLists\.txt|LICENSE)$/.test(path);

function prepareLibyang(libyang, files, units) {
  for (const [path, bytes] of libyang) {
    if (/^(src\/.*\.[ch]|models\/.*\.h|compat\/compat\.c)$/.test(path)) files[`libyang/${path}`] = utf8(bytes);
  }
  const cmake = utf8(libyang.get('CMakeLists.txt'));
  const values = Object.fromEntries(
    [...cmake.matchAll(/^set\((LIBYANG_\w+VERSION) (\d+)\)/gm)].map((m) => [m[1], m[2]]),
  );
  const join = (kind) => ['MAJOR', 'MINOR', 'MICRO'].map((part) => values[`LIBYANG_${part}_${kind}`]).join('.');
  Object.assign(values, {
    LIBYANG_VERSION: join('VERSION'),
    LIBYANG_SOVERSION_FULL: join('SOVERSION'),
    // The least that it may be: most values are texts, which are in the dictionary, and larger ones are kept apart.
    LYD_VALUE_SIZE: '8',
    CMAKE_SHARED_MODULE_SUFFIX: '.so',
    PLUGINS_DIR_TYPES: '/',
    PLUGINS_DIR_EXTENSIONS: '/',
  });
  if (values.LIBYANG_VERSION !== libyangVersion)
    throw new Error(`expected libyang ${libyangVersion}, found ${values.LIBYANG_VERSION}`);
  for (const [template, name] of [
    ['src/ly_config.h.in', 'ly_config.h'],
    ['src/version.h.in', 'version.h'],
    ['compat/compat.h.in', 'compat.h'],
  ]) {
    files[`libyang/gen/${name}`] = utf8(libyang.get(template))
      .replace(/@(\w+)@/g, (_, key) => {
        if (values[key] === undefined) throw new Error(`${template} wants ${key}, which CMakeLists.txt does not set`);
        return values[key];
      })
      .replace(/^#cmakedefine (\w+)$/gm, (_, key) =>
        present.has(key.replace(/^HAVE_/, '')) ? `#define ${key}` : `/* no ${key} */`,
      );
  }
  // The compiler's file system does not resolve "..".
  edit(files, 'libyang/src/context.c', '#include "../models/', '#include "models/');
  // A dangling instance-identifier must not hide the violations after it.
  edit(files, 'libyang/src/validation.c', macroBefore, macroAfter);
  // The shim replaces this function by its own, which writes to the journal.
  edit(
    files,
    'libyang/src/validation.c',
    'LY_ERR\nlyd_val_diff_add(const struct',
    'LY_ERR\nlyd_val_diff_add_unused(const struct',
  );
  // Data of two cases: name the instance in which they are.
  editFunction(files, 'libyang/src/validation.c', 'lyd_validate_cases(struct lyd_node **first', (text) =>
    text
      .replace('LOG_LOCSET(&choic->node, NULL)', 'LOG_LOCSET(&choic->node, lyd_parent(*first))')
      .replaceAll('LOG_LOCBACK(1, 0)', 'LOG_LOCBACK(1, lyd_parent(*first) ? 1 : 0)'),
  );
  // Identities print with their module everywhere, as they do in keys.
  edit(
    files,
    'libyang/src/printer_json.c',
    'LY_VALUE_JSON, (void *)local_mod, &dynamic',
    'LY_VALUE_JSON, NULL, &dynamic',
  );
  // Long texts are parsed in pieces into the same parent: only nodes of unknown schema, which come last, wait for metadata.
  editFunction(files, 'libyang/src/parser_json.c', 'lydjson_metadata_finish(struct', (text) =>
    text.replace(
      '    /* finish linking metadata */',
      '    if (!*first_p || (*first_p)->prev->schema) {\n        return LY_SUCCESS;\n    }\n\n    /* finish linking metadata */',
    ),
  );
  // A table that grows is one long step: records stay in their places, and only their chains are split.
  edit(
    files,
    'libyang/src/hash_table.c',
    'static LY_ERR\nlyht_resize(struct',
    `${enlarge}static LY_ERR\nlyht_resize(struct`,
  );
  editFunction(files, 'libyang/src/hash_table.c', 'lyht_resize(struct', (text) =>
    text.replace(
      '    old_hlists = ht->hlists;',
      '    if (operation > 0) {\n        return lyw_enlarge(ht);\n    }\n\n    old_hlists = ht->hlists;',
    ),
  );
  // Most entries have few children: a table for each would take more memory than all their leaves, and time to fill.
  edit(files, 'libyang/src/tree_data_hash.c', 'if (u >= LYD_HT_MIN_ITEMS)', 'if (u >= 16)');
  prepareChecks(files);
  const list = /set\(libsrc\s([^)]*)\)/
    .exec(cmake)[1]
    .replace(/\$\{type_plugins\}/, /set\(type_plugins\s([^)]*)\)/.exec(cmake)[1]);
  for (const path of [...list.trim().split(/\s+/), 'compat/compat.c']) {
    // The shim compiles validation.c, with hooks.
    if (path !== 'src/validation.c') units.push({ path: `libyang/${path}`, group: 'libyang' });
  }
}

/** The shim's indexes answer what full evaluation would search for, and it learns which step of validation is on. */
function prepareChecks(files) {
  const validation = 'libyang/src/validation.c';
  editFunction(files, validation, 'lyd_validate_must(const struct lyd_node *node', (text) =>
    text.replace('tree = lyd_first_sibling(tree);', 'tree = lyw_first(tree);'),
  );
  editFunction(files, validation, 'lyd_validate(struct lyd_node **tree', (text) =>
    text
      .replace('/* validate new top-level nodes', 'enter_phase(mod, LYW_NEW);\n        /* validate new top-level nodes')
      .replace(
        '/* finish incompletely validated',
        'enter_phase(mod, LYW_WHENS);\n        /* finish incompletely validated',
      )
      .replace(
        'if (!(val_opts & LYD_VALIDATE_NOT_FINAL)) {',
        'enter_phase(mod, LYW_FINAL);\n        if (!(val_opts & LYD_VALIDATE_NOT_FINAL)) {',
      ),
  );
  editFunction(files, validation, 'lyd_validate_duplicates(const struct', (text) =>
    text.replace(
      '    } else {\n        for ( ; first;',
      `    } else if (lyw_top_table(node)) {
        if (!lyht_find_next_with_collision_cb(lyw_top_table(node), (void *)&node, node->hash, lyd_val_dup_val_equal, NULL)) {
            fail = 1;
        }
    } else {\n        for ( ; first;`,
    ),
  );
  prepareTopLevel(files);
  const xpath = 'libyang/src/xpath.c';
  edit(
    files,
    xpath,
    'static LY_ERR\neval_name_test_with_predicate(const struct',
    `${xpathSteps}static LY_ERR\neval_name_test_with_predicate(const struct`,
  );
  editFunction(files, xpath, 'eval_name_test_with_predicate(const struct lyxp_expr *exp', (text) =>
    text
      .replace('int scnode_skip_pred = 0;', 'int scnode_skip_pred = 0;\n    const struct lysc_node *group = NULL;')
      .replace(
        "    if ((ncname[0] == '*') && (ncname_len == 1)) {\n        /* all nodes will match */",
        `    if ((axis == LYXP_AXIS_CHILD) && !all_desc && lyw_jump(exp, tok_idx, set, options)) {
        goto predicates;
    }

    if ((ncname[0] == '*') && (ncname_len == 1)) {
        /* all nodes will match */`,
      )
      .replace('/* hashes cannot be used */\n', '/* hashes cannot be used */\n                group = scnode;\n')
      .replace(
        'rc = moveto_node(set, moveto_mod, ncname_dict, axis, options);',
        `rc = group ? lyw_moveto_group(set, group, moveto_mod, ncname_dict, options) : LY_ENOT;
                if (rc == LY_ENOT) {
                    rc = moveto_node(set, moveto_mod, ncname_dict, axis, options);
                }`,
      )
      .replace(
        '    if (scnode_skip_pred) {\n        /* skip predicates */',
        'predicates:\n    if (scnode_skip_pred) {\n        /* skip predicates */',
      ),
  );
  // What is found from one node on the child axis is in document order.
  editFunction(files, xpath, 'moveto_node(struct lyxp_set *set', (text) =>
    text.replace(
      '    /* move result to the set */',
      '    if ((set->used < 2) && (axis == LYXP_AXIS_CHILD)) {\n        result.non_child_axis = 0;\n    }\n\n    /* move result to the set */',
    ),
  );
  editFunction(files, 'libyang/src/plugins_types.c', 'lyplg_type_resolve_leafref(const struct', (text) =>
    text.replace(
      '    /* get the canonical value */',
      `    extern int lyw_reference_exists(const struct lysc_type_leafref *, const struct lyd_node *, struct lyd_value *);
    if (!targets && lyw_reference_exists(lref, node, value)) {
        return LY_SUCCESS;
    }

    /* get the canonical value */`,
    ),
  );
}

/** Top-level nodes are found by the shim's table. */
function prepareTopLevel(files) {
  const common = 'libyang/src/tree_data_common.c';
  editFunction(files, common, 'lyd_find_sibling_schema(const struct', (text) =>
    text.replace(
      '    parent = siblings->parent;',
      `    extern int lyw_top_schema(const struct lyd_node *, const struct lysc_node *, struct lyd_node **);
    struct lyd_node *top;
    if (!siblings->parent && lyw_top_schema(siblings, schema, &top)) {
        if (match) {
            *match = top;
        }
        return top ? LY_SUCCESS : LY_ENOTFOUND;
    }

    parent = siblings->parent;`,
    ),
  );
  editFunction(files, 'libyang/src/tree_data.c', 'lyd_insert_node(struct lyd_node *parent', (text) =>
    text.replace(
      '    /* insert into parent HT */',
      `    extern void lyw_top_inserted(struct lyd_node *);
    if (!node->parent && node->schema) {
        lyw_top_inserted(node);
    }

    /* insert into parent HT */`,
    ),
  );
  editFunction(files, 'libyang/src/tree_data.c', 'lyd_find_sibling_first(const struct', (text) =>
    text.replace(
      '    /* get first sibling */',
      `    extern int lyw_top_instance(const struct lyd_node *, const struct lyd_node *, struct lyd_node **);
    struct lyd_node *top;
    if (!siblings->parent && lyw_top_instance(siblings, target, &top)) {
        lyd_free_tree(dup);
        if (match) {
            *match = top;
        }
        return top ? LY_SUCCESS : LY_ENOTFOUND;
    }

    /* get first sibling */`,
    ),
  );
  editFunction(files, topSibling, 'lyd_first_sibling(const struct', (text) =>
    text.replace(
      '    /* get the first sibling */',
      `    extern struct lyd_node *lyw_top_sibling(const struct lyd_node *);
    if (!node->parent && (start = lyw_top_sibling(node))) {
        return start;
    }

    /* get the first sibling */`,
    ),
  );
}

/** Doubles a hash table; the order in each chain stays. */
const enlarge = `
static LY_ERR
lyw_enlarge(struct ly_ht *ht)
{
    uint32_t i, half, idx, next, old_size = ht->size, size = old_size << 1;
    struct ly_ht_hlist *hlists = realloc(ht->hlists, size * sizeof *hlists), *list;
    unsigned char *recs;
    struct ly_ht_rec *rec;

    LY_CHECK_RET(!hlists, LY_EMEM);
    ht->hlists = hlists;
    recs = realloc(ht->recs, (size_t)size * ht->rec_size);
    LY_CHECK_RET(!recs, LY_EMEM);
    ht->recs = recs;

    for (i = old_size; i < size; i++) {
        lyht_get_rec(recs, ht->rec_size, i)->next = i + 1;
    }
    lyht_get_rec(recs, ht->rec_size, size - 1)->next = ht->first_free_rec;
    ht->first_free_rec = old_size;
    ht->size = size;

    for (i = 0; i < old_size; i++) {
        idx = hlists[i].first;
        for (half = 0; half < 2; half++) {
            hlists[i + half * old_size].first = LYHT_NO_RECORD;
            hlists[i + half * old_size].last = LYHT_NO_RECORD;
        }
        for (; idx != LYHT_NO_RECORD; idx = next) {
            rec = lyht_get_rec(recs, ht->rec_size, idx);
            next = rec->next;
            rec->next = LYHT_NO_RECORD;
            list = &hlists[rec->hash & (size - 1)];
            if (list->first == LYHT_NO_RECORD) {
                list->first = idx;
            } else {
                lyht_get_rec(recs, ht->rec_size, list->last)->next = idx;
            }
            list->last = idx;
        }
    }
    return LY_SUCCESS;
}

`;

const topSibling = 'libyang/src/tree_data_common.c';

/** Steps of XPath that need not look at every child: entries of one list, and entries that an index finds. */
const xpathSteps = `
struct lyw_tree;
struct lyw_jump;
extern struct lyw_tree *lyw_checked;
const struct lyw_jump *lyw_jump_at(const struct lyxp_expr *exp, uint32_t token);
_Bool lyw_jump_nodes(const struct lyw_jump *jump, const struct lyxp_set *set, void (*add)(void *, struct lyd_node *), void *data);
uint32_t lyw_jump_end(const struct lyw_jump *jump);

static void
lyw_jump_add(void *data, struct lyd_node *node)
{
    struct lyxp_set *result = data;

    if (!set_dup_node_check(result, node, LYXP_NODE_ELEM, -1)) {
        set_insert_node(result, node, 0, LYXP_NODE_ELEM, result->used);
    }
}

static _Bool
lyw_jump(const struct lyxp_expr *exp, uint32_t *tok_idx, struct lyxp_set *set, uint32_t options)
{
    const struct lyw_jump *jump;
    struct lyxp_set result;

    if ((options & (LYXP_SKIP_EXPR | LYXP_SCNODE_ALL)) || (set->type != LYXP_SET_NODE_SET) || !set->used ||
            !(jump = lyw_jump_at(exp, *tok_idx - 1))) {
        return 0;
    }
    set_init(&result, set);
    result.type = LYXP_SET_NODE_SET;
    result.non_child_axis = 0;
    if (!lyw_jump_nodes(jump, set, lyw_jump_add, &result)) {
        lyxp_set_free_content(&result);
        return 0;
    }
    lyxp_set_free_content(set);
    *set = result;
    *tok_idx = lyw_jump_end(jump);
    return 1;
}

static LY_ERR
lyw_moveto_group(struct lyxp_set *set, const struct lysc_node *scnode, const struct lys_module *moveto_mod, const char *ncname,
        uint32_t options)
{
    LY_ERR r;
    struct lyxp_set result;
    struct lyd_node *iter;
    const struct lyd_node *siblings;
    uint32_t i;

    if (!lyw_checked || (options & LYXP_SKIP_EXPR) || (set->type != LYXP_SET_NODE_SET)) {
        return LY_ENOT;
    }
    for (i = 0; i < set->used; ++i) {
        if (set->val.nodes[i].type == LYXP_NODE_ELEM) {
            siblings = lyd_child(set->val.nodes[i].node);
        } else if ((set->val.nodes[i].type == LYXP_NODE_ROOT) || (set->val.nodes[i].type == LYXP_NODE_ROOT_CONFIG)) {
            siblings = set->tree;
        } else {
            return LY_ENOT;
        }
        if (siblings && (!siblings->schema || !siblings->prev->schema || siblings->prev->next)) {
            return LY_ENOT;
        }
    }
    set_init(&result, set);
    for (i = 0; i < set->used; ++i) {
        siblings = (set->val.nodes[i].type == LYXP_NODE_ELEM) ? lyd_child(set->val.nodes[i].node) : set->tree;
        if (!siblings || lyd_find_sibling_val(siblings, scnode, NULL, 0, &iter)) {
            continue;
        }
        for ( ; iter && (iter->schema == scnode); iter = iter->next) {
            r = moveto_node_check(iter, LYXP_NODE_ELEM, set, ncname, moveto_mod, options);
            if (r == LY_EINCOMPLETE) {
                lyxp_set_free_content(&result);
                return r;
            } else if (!r) {
                set_insert_node(&result, iter, 0, LYXP_NODE_ELEM, result.used);
            }
        }
    }
    if (set->used < 2) {
        result.non_child_axis = 0;
    }
    lyxp_set_free_content(set);
    *set = result;
    if (set->non_child_axis) {
        set_sort(set);
    }
    return LY_SUCCESS;
}

`;

const macroBefore = `#define LY_VAL_ERR_GOTO(r, err_cmd, val_opts, label) \\
        if (r) { \\
            err_cmd; \\
            if ((r != LY_EVALID) || !(val_opts & LYD_VALIDATE_MULTI_ERROR)) { \\`;
const macroAfter = macroBefore.replace('((r != LY_EVALID) ||', '(((r != LY_EVALID) && (r != LY_ENOTFOUND)) ||');

function preparePcre2(pcre2, diff, files, units) {
  const sources = new Set(
    [.../set\(\s*PCRE2_SOURCES\s([^)]*)\)/.exec(utf8(pcre2.get('CMakeLists.txt')))[1].matchAll(/src\/\w+\.c/g)].map(
      (m) => m[0],
    ),
  );
  // Sources include one another; without SUPPORT_JIT the JIT's files hold only entry points, which refuse.
  const wanted = (path) => /^src\/pcre2_\w+\.[ch]$/.test(path);
  if (diff !== undefined && applyPatch(pcre2, diff, wanted).length === 0)
    throw new Error('the PCRE2 patch changes nothing');
  for (const path of pcre2.keys()) if (wanted(path)) files[`pcre2/${path}`] = utf8(pcre2.get(path));
  const config = utf8(pcre2.get('src/config.h.generic'));
  if (!config.includes(`#define PACKAGE_VERSION "${pcre2Version}"`))
    throw new Error(`the PCRE2 archive is not ${pcre2Version}`);
  files['pcre2/gen/config.h'] = pcre2Config + config;
  files['pcre2/gen/pcre2.h'] = utf8(pcre2.get('src/pcre2.h.generic'));
  files['pcre2/src/pcre2_chartables.c'] = utf8(pcre2.get('src/pcre2_chartables.c.dist'));
  for (const path of [...sources, 'src/pcre2_chartables.c']) units.push({ path: `pcre2/${path}`, group: 'pcre2' });
}

function edit(files, path, before, after) {
  if (!files[path].includes(before)) throw new Error(`${path} is not as expected: it lacks ${JSON.stringify(before)}`);
  files[path] = files[path].replaceAll(before, after);
}

/** Edits one C function, from its name to the brace that closes it. */
function editFunction(files, path, start, change) {
  const from = files[path].indexOf(`\n${start}`);
  const to = files[path].indexOf('\n}\n', from);
  const text = files[path].slice(from, to);
  const changed = change(text);
  if (from < 0 || to < 0 || changed === text) throw new Error(`${path} is not as expected: cannot edit ${start}`);
  files[path] = files[path].slice(0, from) + changed + files[path].slice(to);
}
