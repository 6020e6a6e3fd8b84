// Applies one edit: parses its JSON into a scratch tree below the path, then merges that by an own walk with a journal.
#include "shim.h"

#include <stdlib.h>
#include <string.h>

#include "ly_common.h"
#include "tree_data_internal.h"

/* Read by libyang's parser: keep what was parsed beside refused values. */
int lyw_keep_partial;

enum op { OP_UPDATE, OP_REPLACE, OP_DELETE };

struct apply {
  struct lyw_tree *tree;
  struct lyd_node *scratch; /* first top-level node of the scratch tree: what is not taken over is freed */
  struct lyw_report *report;
  int32_t edit_index;
  bool refused; /* the parser refused a part of the value */
};

static struct lyd_node *merge_node(struct apply *apply, struct lyd_node *parent, struct lyd_node *source, bool replace);

/* A node that an edit names again counts as new: its case, its when and its uniqueness are checked like those of new data. */
static void touch(struct apply *apply, struct lyd_node *node) {
  lyw_note_fresh(apply->tree, node);
  if ((node->flags & (LYD_NEW | LYD_WHEN_TRUE)) == LYD_NEW) return;
  lyw_journal_flags(apply->tree, node);
  node->flags = (node->flags | LYD_NEW) & ~(uint32_t)LYD_WHEN_TRUE;
}

static struct lyd_node *take(struct apply *apply, struct lyd_node *parent, struct lyd_node *source) {
  if (apply->scratch == source) apply->scratch = source->next;
  lyd_unlink(source);
  lyw_journal_insert(apply->tree, parent, source);
  return source;
}

static bool find_like(const struct lyd_node *siblings, const struct lyd_node *like, struct lyd_node **match) {
  *match = NULL;
  if (!siblings) return false;
  if (like->schema->nodetype & (LYS_LIST | LYS_LEAFLIST)) return !lyd_find_sibling_first(siblings, like, match);
  return !lyd_find_sibling_val(siblings, like->schema, NULL, 0, match);
}

static void report_duplicates(struct apply *apply, const struct lyd_node *siblings) {
  for (const struct lyd_node *node = siblings; node; node = node->next) {
    struct lyd_node *match;
    if (lysc_is_key(node->schema) || !find_like(siblings, node, &match) || match == node) continue;
    char *path = lyd_path(node, LYD_PATH_STD, NULL, 0);
    lyw_report_own(apply->report, "data-exists", "", "The same entry is given twice.", path, apply->edit_index);
    free(path);
  }
}

/* Removes what the source does not have. Implicit data stay: validation decides about them. */
static void prune(struct apply *apply, struct lyd_node *first, const struct lyd_node *source, const struct lysc_node *only) {
  struct lyd_node *next, *match;
  for (struct lyd_node *node = first; node; node = next) {
    next = node->next;
    if (lysc_is_key(node->schema) || (only && node->schema != only) || (node->flags & LYD_DEFAULT)) continue;
    if (!find_like(source, node, &match)) lyw_journal_remove(apply->tree, node);
  }
}

static struct lyd_node *entry_before(const struct lyd_node *node) {
  return (node->prev->next && node->prev->schema == node->schema) ? node->prev : NULL;
}

/* Merges scratch siblings below a parent in the tree; replace prunes first, and gives user-ordered entries the source's order. */
static void merge_siblings(struct apply *apply, struct lyd_node *parent, struct lyd_node *source, const struct lysc_node *only, bool replace) {
  report_duplicates(apply, source);
  if (replace) prune(apply, lyw_children(apply->tree, parent), source, only);
  struct lyd_node *next, *placed = NULL;
  for (struct lyd_node *node = source; node; node = next) {
    next = node->next;
    if (lysc_is_key(node->schema)) continue;
    struct lyd_node *merged = merge_node(apply, parent, node, replace);
    if (!replace || !lyw_is_user_ordered(merged->schema)) continue;
    struct lyd_node *prev = placed && placed->schema == merged->schema ? placed : NULL;
    if (prev != merged && entry_before(merged) != prev) lyw_journal_move_after(apply->tree, prev, merged);
    placed = merged;
  }
}

/* Values make all defaults of a leaf-list go: were one left when the values go too, the others would not come back. */
static void drop_defaults(struct apply *apply, struct lyd_node *parent, const struct lysc_node *schema) {
  struct lyd_node *first = lyw_children(apply->tree, parent), *entry = NULL, *next;
  if (schema->nodetype != LYS_LEAFLIST || !((const struct lysc_node_leaflist *)schema)->dflts || !first) return;
  lyd_find_sibling_val(first, schema, NULL, 0, &entry);
  for (; entry && entry->schema == schema; entry = next) {
    next = entry->next;
    if (entry->flags & LYD_DEFAULT) lyw_journal_remove(apply->tree, entry);
  }
}

static struct lyd_node *merge_node(struct apply *apply, struct lyd_node *parent, struct lyd_node *source, bool replace) {
  drop_defaults(apply, parent, source->schema);
  struct lyd_node *match = lyw_find(apply->tree, parent, source);
  if (!match) return take(apply, parent, source);
  if (source->schema->nodetype & LYD_NODE_INNER) {
    touch(apply, match);
    merge_siblings(apply, match, lyd_child(source), NULL, replace);
    return match;
  }
  if (!(match->flags & LYD_DEFAULT) && !lyd_compare_single(match, source, 0)) {
    touch(apply, match);
    return match;
  }
  lyw_journal_remove(apply->tree, match);
  return take(apply, parent, source);
}

static bool lacks_keys(const struct lyd_node *siblings) {
  for (const struct lyd_node *node = siblings; node; node = node->next) {
    if (!node->schema) return true;
    if (node->schema->nodetype == LYS_LIST) {
      const struct lyd_node *child = lyd_child(node);
      for (const struct lysc_node *key = lysc_node_child(node->schema); key && lysc_is_key(key); key = key->next) {
        if (!child || child->schema != key) return true;
        child = child->next;
      }
    }
    if ((node->schema->nodetype & LYD_NODE_INNER) && lacks_keys(lyd_child(node))) return true;
  }
  return false;
}

/* Parses below a scratch parent, or as top-level data. False: nothing usable came of it. */
static bool parse(struct apply *apply, struct lyd_node *parent, struct lyd_node **first, const char *json, const char *path) {
  struct ly_ctx *ctx = apply->tree->context->ctx;
  struct ly_in *in = NULL;
  if (ly_in_new_memory(json, &in)) __builtin_trap();
  *first = NULL;
  lyw_keep_partial = 1;
  // libyang's messages then name the instance below which the value is read.
  if (parent) LOG_LOCSET(NULL, parent);
  LY_ERR ret = lyd_parse_data(ctx, parent, in, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_STRICT | LYD_PARSE_NO_STATE,
      LYD_VALIDATE_MULTI_ERROR, first);
  lyw_keep_partial = 0;
  if (parent) LOG_LOCBACK(0, 1);
  ly_in_free(in, 0);
  if (parent) *first = lyd_child_no_keys(parent);
  if (!ret) return true;
  apply->refused = true;
  const struct ly_err_item *last = ly_err_last(ctx);
  bool broken = ret != LY_EVALID || !last || last->vecode == LYVE_SYNTAX || last->vecode == LYVE_SYNTAX_JSON;
  uint32_t before = apply->report->count;
  lyw_report_collect(apply->report, ctx, path, apply->edit_index);
  if (apply->report->count == before) {
    lyw_report_own(apply->report, "malformed-message", "", "The JSON value cannot be read.", path, apply->edit_index);
  }
  return !broken && !lacks_keys(*first);
}

/* The tree's instances along the chain; NULL where it ends early. */
static bool locate(struct apply *apply, struct lyd_node **chain, uint32_t count, struct lyd_node **found) {
  struct lyd_node *parent = NULL;
  for (uint32_t i = 0; i < count; i++) {
    parent = lyw_find(apply->tree, parent, chain[i]);
    if (!parent) return false;
  }
  *found = parent;
  return true;
}

static bool is_whole(const struct lyw_elem *elem) {
  return elem->schema->nodetype == LYS_LEAFLIST || (elem->schema->nodetype == LYS_LIST && elem->key_count == UINT32_MAX);
}

static void apply_delete(struct apply *apply, const struct lyw_path *path, struct lyd_node **chain) {
  if (!path->count) {
    prune(apply, apply->tree->root, NULL, NULL);
    return;
  }
  const struct lyw_elem *last = &path->elems[path->count - 1];
  if (lysc_is_key(last->schema)) {
    lyw_report_own(apply->report, "bad-element", "", "A list key cannot be deleted; delete the list entry.", path->text.data,
        apply->edit_index);
    return;
  }
  bool inner = (last->schema->nodetype & LYD_NODE_INNER) && !is_whole(last);
  uint32_t count = inner ? path->count : path->count - 1;
  if (!lyw_path_chain(path, count, chain, apply->tree, apply->report, apply->edit_index)) return;
  apply->scratch = count ? chain[0] : NULL;
  struct lyd_node *found = NULL;
  if (locate(apply, chain, count, &found)) {
    if (inner) {
      if (!(found->flags & LYD_DEFAULT)) lyw_journal_remove(apply->tree, found);
    } else {
      prune(apply, lyw_children(apply->tree, found), NULL, last->schema);
    }
  }
}

/* Merges the ancestors. False: they came into the tree with everything below them. */
static bool merge_chain(struct apply *apply, struct lyd_node **chain, uint32_t count, struct lyd_node **parent) {
  *parent = NULL;
  for (uint32_t i = 0; i < count; i++) {
    struct lyd_node *match = lyw_find(apply->tree, *parent, chain[i]);
    if (!match) {
      take(apply, *parent, chain[i]);
      return false;
    }
    touch(apply, match);
    *parent = match;
  }
  return true;
}

static bool check_parsed(struct apply *apply, const struct lyw_path *path, const struct lyd_node *parsed, const struct lyd_node *entry) {
  const struct lyw_elem *last = &path->elems[path->count - 1];
  uint32_t count = 0;
  for (const struct lyd_node *node = parsed; node; node = node->next, count++) {
    if (node->schema == last->schema) continue;
    lyw_report_own(apply->report, "bad-element", "", "The value holds a node other than the one that the path names.", path->text.data,
        apply->edit_index);
    return false;
  }
  if (is_whole(last)) return true;
  if (count != 1) {
    lyw_report_own(apply->report, count ? "bad-element" : "missing-element", "",
        count ? "The value holds more than one instance." : "The value does not hold the node that the path names.", path->text.data,
        apply->edit_index);
    return false;
  }
  if (entry && lyd_compare_single(entry, parsed, 0)) {
    lyw_report_own(apply->report, "invalid-value", "", "The keys in the value are not those in the path.", path->text.data,
        apply->edit_index);
    return false;
  }
  return true;
}

/* Sets a key leaf: only to the value it has in the path. */
static void apply_key(struct apply *apply, const struct lyw_path *path, struct lyd_node **chain, const char *json) {
  uint32_t depth = path->count - 1;
  const struct lysc_node *schema = path->elems[depth].schema;
  struct lyd_node *bare, *first, *key = NULL, *parent;
  uint32_t before = apply->report->count;
  if (lyd_create_inner(chain[depth - 1]->schema, &bare)) __builtin_trap();
  parse(apply, bare, &first, json, path->text.data);
  const struct lyd_node *given = lyd_child(bare);
  lyd_find_sibling_val(lyd_child(chain[depth - 1]), schema, NULL, 0, &key);
  bool same = given && given->schema == schema && !lyd_compare_single(given, key, 0);
  lyd_free_tree(bare);
  if (same) {
    merge_chain(apply, chain, depth, &parent);
  } else if (apply->report->count == before) {
    lyw_report_own(apply->report, "invalid-value", "", "A list key cannot be changed; it is part of the path.", path->text.data,
        apply->edit_index);
  }
}

static bool apply_root(struct apply *apply, const char *json, bool replace) {
  bool usable = parse(apply, NULL, &apply->scratch, json, "/");
  if (usable && (apply->scratch || !apply->refused)) merge_siblings(apply, NULL, apply->scratch, NULL, replace);
  return usable;
}

static bool apply_value(struct apply *apply, const struct lyw_path *path, struct lyd_node **chain, const char *json, bool replace) {
  const struct lyw_elem *last = &path->elems[path->count - 1];
  uint32_t depth = path->count - 1;
  bool entry_path = last->schema->nodetype == LYS_LIST && !is_whole(last);
  uint32_t chained = depth + (entry_path ? 1 : 0);
  if (!lyw_path_chain(path, chained, chain, apply->tree, apply->report, apply->edit_index)) return false;
  apply->scratch = chained ? chain[0] : NULL;
  if (lysc_is_key(last->schema)) {
    apply_key(apply, path, chain, json);
    return true;
  }
  struct lyd_node *entry = entry_path ? chain[depth] : NULL;
  struct lyd_node *parsed = NULL, *parent = NULL, *found = NULL;
  if (entry) lyd_unlink(entry);
  bool usable = parse(apply, depth ? chain[depth - 1] : NULL, &parsed, json, path->text.data);
  if (!depth) apply->scratch = parsed;
  bool nothing = !parsed && apply->refused;
  usable = usable && (nothing || check_parsed(apply, path, parsed, entry));
  lyd_free_tree(entry);
  if (!usable) return false;
  if (nothing) return true;
  if (!parsed) {
    // An empty array: nothing to merge, and ancestors are not made for it.
    if (replace && locate(apply, chain, depth, &found)) prune(apply, lyw_children(apply->tree, found), NULL, last->schema);
    return true;
  }
  if (!merge_chain(apply, chain, depth, &parent)) return true;
  if (is_whole(last)) merge_siblings(apply, parent, parsed, last->schema, replace);
  else merge_node(apply, parent, parsed, replace);
  return true;
}

bool lyw_edit_apply(struct lyw_tree *tree, struct lyw_in *in, struct lyw_report *report, int32_t edit_index) {
  struct apply apply = {tree, NULL, report, edit_index, false};
  struct lyw_path path = {0};
  uint8_t op = lyw_get_u8(in);
  bool good = lyw_path_read(&path, in, tree, report, edit_index);
  uint32_t json_len;
  const char *json = lyw_get_str(in, &json_len); // ends in NUL, which the length leaves out
  lyw_get_u8(in);
  if (good) {
    struct lyd_node **chain = calloc(path.count + 1, sizeof *chain);
    if (!chain) __builtin_trap();
    if (op == OP_DELETE) apply_delete(&apply, &path, chain);
    else if (!path.count) good = apply_root(&apply, json, op == OP_REPLACE);
    else good = apply_value(&apply, &path, chain, json, op == OP_REPLACE);
    lyd_free_all(apply.scratch);
    free(chain);
  }
  ly_err_clean(tree->context->ctx, NULL);
  lyw_path_free(&path);
  return good;
}

bool lyw_edit_root(struct lyw_tree *tree, const char *json, struct lyw_report *report) {
  struct apply apply = {tree, NULL, report, -1, false};
  bool usable = apply_root(&apply, json, true);
  lyd_free_all(apply.scratch);
  return usable;
}
