// Applies one edit: its JSON becomes scratch nodes below the path, which an own walk with a journal merges, slice by slice.
#include "edit.h"

#include <stdlib.h>
#include <string.h>

#include "tree_data_internal.h"

enum op { OP_UPDATE, OP_REPLACE, OP_DELETE };

enum state { PARSING, MERGING };

/* Where the merge of one node's children stands. */
enum part { DUPLICATES, PRUNING, NODES };

struct level {
  struct lyd_node *parent;       /* in the tree; NULL: the top level */
  struct lyd_node *source;       /* first scratch sibling */
  struct lyd_node *at;           /* next node of the part */
  const struct lysc_node *only;  /* PRUNING: other nodes stay */
  struct lyd_node *merged;       /* has yet to find its place among user-ordered entries */
  struct lyd_node *placed;       /* user-ordered entry before it */
  enum part part;
  bool replace;
  bool single; /* one node is merged, its siblings are not */
  bool begun;  /* the part's first node was looked up */
};

struct lyw_edit {
  struct lyw_tree *tree;
  struct lyw_tree holder; /* holds the scratch nodes: what is not taken over is freed */
  struct lyw_report *report;
  int32_t index;
  enum state state;
  enum op op;
  struct lyw_path path;
  struct lyd_node **chain;
  struct lyd_node *entry; /* the entry that the path names, beside its keys */
  struct lyw_parse parse;
  struct level *levels;
  size_t level_count;
  size_t level_cap;
  struct lyd_node *taken;    /* came into the tree, but not yet into the indexes */
  struct lyd_node *removing; /* goes from the indexes, then from the tree */
  bool usable;
};

/* A node that an edit names again counts as new: its case, its when and its uniqueness are checked like those of new data. */
static void touch(struct lyw_edit *edit, struct lyd_node *node) {
  lyw_note_fresh(edit->tree, node);
  if ((node->flags & (LYD_NEW | LYD_WHEN_TRUE)) == LYD_NEW) return;
  lyw_journal_flags(edit->tree, node);
  node->flags = (node->flags | LYD_NEW) & ~(uint32_t)LYD_WHEN_TRUE;
}

/* Calls about top-level scratch nodes need the holder's table. */
static void use_scratch(struct lyw_edit *edit, const struct lyd_node *scratch) {
  if (scratch && scratch->flags & LYW_TOP) lyw_top_use(&edit->holder);
}

static struct lyd_node *take(struct lyw_edit *edit, struct lyd_node *parent, struct lyd_node *source) {
  use_scratch(edit, source);
  lyw_top_remove(&edit->holder, source);
  if (edit->holder.root == source) edit->holder.root = source->next;
  lyd_unlink(source);
  source->flags &= ~LYW_TOP;
  lyw_top_use(edit->tree);
  lyw_journal_insert_unlisted(edit->tree, parent, source);
  edit->taken = source;
  return source;
}

static bool find_like(const struct lyd_node *siblings, const struct lyd_node *like, struct lyd_node **match) {
  *match = NULL;
  if (!siblings) return false;
  if (like->schema->nodetype & (LYS_LIST | LYS_LEAFLIST)) return !lyd_find_sibling_first(siblings, like, match);
  return !lyd_find_sibling_val(siblings, like->schema, NULL, 0, match);
}

static void find_duplicate(struct lyw_edit *edit, const struct lyd_node *siblings, const struct lyd_node *node) {
  struct lyd_node *match;
  if (lysc_is_key(node->schema) || !find_like(siblings, node, &match) || match == node) return;
  char *path = lyd_path(node, LYD_PATH_STD, NULL, 0);
  lyw_report_own(edit->report, "data-exists", "", "The same entry is given twice.", path, edit->index);
  free(path);
}

/* What the source does not have goes. Implicit data stay: validation decides about them. */
static bool is_pruned(struct lyw_edit *edit, const struct level *level, const struct lyd_node *node) {
  struct lyd_node *match;
  if (lysc_is_key(node->schema) || (level->only && node->schema != level->only) || (node->flags & LYD_DEFAULT)) return false;
  use_scratch(edit, level->source);
  bool found = find_like(level->source, node, &match);
  lyw_top_use(edit->tree);
  return !found;
}

static struct lyd_node *entry_before(const struct lyd_node *node) {
  return (node->prev->next && node->prev->schema == node->schema) ? node->prev : NULL;
}

/* Values make all defaults of a leaf-list go: were one left when the values go too, the others would not come back. */
static void drop_defaults(struct lyw_edit *edit, struct lyd_node *parent, const struct lysc_node *schema) {
  struct lyd_node *first = lyw_children(edit->tree, parent), *entry = NULL, *next;
  if (schema->nodetype != LYS_LEAFLIST || !((const struct lysc_node_leaflist *)schema)->dflts || !first) return;
  lyd_find_sibling_val(first, schema, NULL, 0, &entry);
  for (; entry && entry->schema == schema; entry = next) {
    next = entry->next;
    if (entry->flags & LYD_DEFAULT) lyw_journal_remove(edit->tree, entry);
  }
}

static void push_level(struct lyw_edit *edit, struct level level) {
  edit->levels = lyw_grow(edit->levels, &edit->level_cap, edit->level_count + 1, sizeof *edit->levels);
  edit->levels[edit->level_count++] = level;
}

/* Merges scratch siblings below a parent in the tree; replace prunes first, and gives user-ordered entries the source's order. */
static void merge_siblings(struct lyw_edit *edit, struct lyd_node *parent, struct lyd_node *source, const struct lysc_node *only, bool replace) {
  push_level(edit, (struct level){.parent = parent, .source = source, .at = source, .only = only, .replace = replace, .begun = true});
}

static void prune_siblings(struct lyw_edit *edit, struct lyd_node *parent, const struct lysc_node *only) {
  push_level(edit, (struct level){.parent = parent, .only = only, .part = PRUNING, .replace = true});
}

static struct lyd_node *merge_node(struct lyw_edit *edit, struct lyd_node *parent, struct lyd_node *source, bool replace) {
  drop_defaults(edit, parent, source->schema);
  struct lyd_node *match = lyw_find(edit->tree, parent, source);
  if (!match) return take(edit, parent, source);
  if (source->schema->nodetype & LYD_NODE_INNER) {
    touch(edit, match);
    merge_siblings(edit, match, lyd_child(source), NULL, replace);
    return match;
  }
  if (!(match->flags & LYD_DEFAULT) && !lyd_compare_single(match, source, 0)) {
    touch(edit, match);
    return match;
  }
  lyw_journal_remove(edit->tree, match);
  return take(edit, parent, source);
}

static void place(struct lyw_edit *edit, struct level *level) {
  struct lyd_node *merged = level->merged;
  level->merged = NULL;
  if (!level->replace || level->single || !lyw_is_user_ordered(merged->schema)) return;
  struct lyd_node *prev = level->placed && level->placed->schema == merged->schema ? level->placed : NULL;
  if (prev != merged && entry_before(merged) != prev) lyw_journal_move_after(edit->tree, prev, merged);
  level->placed = merged;
}

/* The next step of the innermost merge. */
static void merge_next(struct lyw_edit *edit) {
  struct level *level = &edit->levels[edit->level_count - 1];
  if (level->merged) {
    place(edit, level);
    return;
  }
  if (level->part == PRUNING && !level->begun) {
    level->at = level->replace ? lyw_children(edit->tree, level->parent) : NULL;
    level->begun = true;
  }
  struct lyd_node *node = level->at;
  if (!node) {
    if (level->part == NODES) {
      edit->level_count--;
      return;
    }
    level->part++;
    level->begun = false;
    if (level->part == NODES) level->at = level->source;
    return;
  }
  level->at = level->single ? NULL : node->next;
  switch (level->part) {
  case DUPLICATES:
    use_scratch(edit, node);
    find_duplicate(edit, level->source, node);
    lyw_top_use(edit->tree);
    break;
  case PRUNING:
    if (is_pruned(edit, level, node)) edit->removing = node;
    break;
  case NODES:
    if (lysc_is_key(node->schema)) break;
    edit->tree->left -= 2;
    // Merging may go on inside the node, and move the levels.
    size_t at = edit->level_count - 1;
    struct lyd_node *merged = merge_node(edit, level->parent, node, level->replace);
    edit->levels[at].merged = merged;
    break;
  }
}

static bool merge(struct lyw_edit *edit) {
  struct lyw_tree *tree = edit->tree;
  for (;;) {
    if (edit->taken) {
      if (!lyw_index_add_step(tree, edit->taken)) return false;
      edit->taken = NULL;
    }
    if (edit->removing) {
      if (!lyw_index_remove_step(tree, edit->removing)) return false;
      lyw_journal_remove_unlisted(tree, edit->removing);
      edit->removing = NULL;
    }
    if (!edit->level_count) return true;
    if (tree->left-- <= 0) return false;
    merge_next(edit);
  }
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

/* The tree's instances along the chain; false where it ends early. */
static bool locate(struct lyw_edit *edit, uint32_t count, struct lyd_node **found) {
  struct lyd_node *parent = NULL;
  for (uint32_t i = 0; i < count; i++) {
    parent = lyw_find(edit->tree, parent, edit->chain[i]);
    if (!parent) return false;
  }
  *found = parent;
  return true;
}

static bool is_whole(const struct lyw_elem *elem) {
  return elem->schema->nodetype == LYS_LEAFLIST || (elem->schema->nodetype == LYS_LIST && elem->key_count == UINT32_MAX);
}

static const struct lyw_elem *last_of(const struct lyw_edit *edit) {
  return &edit->path.elems[edit->path.count - 1];
}

static void report(struct lyw_edit *edit, const char *tag, const char *message) {
  lyw_report_own(edit->report, tag, "", message, edit->path.text.data, edit->index);
}

static bool make_chain(struct lyw_edit *edit, uint32_t count) {
  if (!lyw_path_chain(&edit->path, count, edit->chain, edit->tree, edit->report, edit->index)) return false;
  edit->holder.root = count ? edit->chain[0] : NULL;
  return true;
}

static void begin_delete(struct lyw_edit *edit) {
  if (!edit->path.count) {
    prune_siblings(edit, NULL, NULL);
    return;
  }
  const struct lyw_elem *last = last_of(edit);
  if (lysc_is_key(last->schema)) {
    report(edit, "bad-element", "A list key cannot be deleted; delete the list entry.");
    return;
  }
  bool inner = (last->schema->nodetype & LYD_NODE_INNER) && !is_whole(last);
  uint32_t count = inner ? edit->path.count : edit->path.count - 1;
  struct lyd_node *found = NULL;
  if (!make_chain(edit, count) || !locate(edit, count, &found)) return;
  if (!inner) prune_siblings(edit, found, last->schema);
  else if (!(found->flags & LYD_DEFAULT)) edit->removing = found;
}

/* Merges the ancestors. False: they came into the tree with everything below them. */
static bool merge_chain(struct lyw_edit *edit, uint32_t count, struct lyd_node **parent) {
  *parent = NULL;
  for (uint32_t i = 0; i < count; i++) {
    struct lyd_node *match = lyw_find(edit->tree, *parent, edit->chain[i]);
    if (!match) {
      take(edit, *parent, edit->chain[i]);
      return false;
    }
    touch(edit, match);
    *parent = match;
  }
  return true;
}

static bool check_parsed(struct lyw_edit *edit, const struct lyd_node *parsed) {
  const struct lyw_elem *last = last_of(edit);
  uint32_t count = 0;
  for (const struct lyd_node *node = parsed; node; node = node->next, count++) {
    if (node->schema == last->schema) continue;
    report(edit, "bad-element", "The value holds a node other than the one that the path names.");
    return false;
  }
  if (is_whole(last)) return true;
  if (count != 1) {
    report(edit, count ? "bad-element" : "missing-element",
        count ? "The value holds more than one instance." : "The value does not hold the node that the path names.");
    return false;
  }
  if (edit->entry && lyd_compare_single(edit->entry, parsed, 0)) {
    report(edit, "invalid-value", "The keys in the value are not those in the path.");
    return false;
  }
  return true;
}

/* Sets a key leaf: only to the value it has in the path. */
static void set_key(struct lyw_edit *edit, const char *json) {
  uint32_t depth = edit->path.count - 1;
  struct lyd_node *entry = edit->chain[depth - 1], *bare, *key = NULL, *parent;
  uint32_t before = edit->report->count;
  if (lyd_create_inner(entry->schema, &bare)) __builtin_trap();
  lyw_parse_whole(&edit->parse, bare, lyd_node_child_p(bare), json);
  lyw_parse_end(&edit->parse);
  const struct lyd_node *given = lyd_child(bare);
  lyd_find_sibling_val(lyd_child(entry), last_of(edit)->schema, NULL, 0, &key);
  bool same = given && given->schema == last_of(edit)->schema && !lyd_compare_single(given, key, 0);
  lyd_free_tree(bare);
  if (same) merge_chain(edit, depth, &parent);
  else if (edit->report->count == before) report(edit, "invalid-value", "A list key cannot be changed; it is part of the path.");
}

static void begin_value(struct lyw_edit *edit, const char *json, size_t len) {
  if (edit->path.count) {
    const struct lyw_elem *last = last_of(edit);
    uint32_t depth = edit->path.count - 1;
    bool entry_path = last->schema->nodetype == LYS_LIST && !is_whole(last);
    edit->usable = make_chain(edit, depth + (entry_path ? 1 : 0));
    if (!edit->usable) return;
    if (lysc_is_key(last->schema)) {
      set_key(edit, json);
      return;
    }
    if (entry_path) {
      edit->entry = edit->chain[depth];
      lyd_unlink(edit->entry);
    }
    if (!depth) edit->holder.root = NULL;
    edit->parse.parent = depth ? edit->chain[depth - 1] : NULL;
  }
  edit->state = PARSING;
  lyw_parse_begin(&edit->parse, json, len);
  lyw_top_use(edit->tree);
}

/* All is parsed: what is to be merged, and where. */
static void begin_merge(struct lyw_edit *edit) {
  struct lyw_parse *parse = &edit->parse;
  struct lyd_node *parsed = parse->parent ? lyd_child_no_keys(parse->parent) : edit->holder.root, *parent = NULL, *found = NULL;
  bool replace = edit->op == OP_REPLACE;
  lyw_parse_end(parse);
  edit->state = MERGING;
  edit->usable = !parse->refused || (!parse->broken && !lacks_keys(parsed));
  bool nothing = !parsed && parse->refused;
  if (!edit->path.count) {
    if (edit->usable && !nothing) merge_siblings(edit, NULL, parsed, NULL, replace);
    return;
  }
  const struct lyw_elem *last = last_of(edit);
  uint32_t depth = edit->path.count - 1;
  edit->usable = edit->usable && (nothing || check_parsed(edit, parsed));
  if (!edit->usable || nothing) return;
  if (!parsed) {
    // An empty array: nothing to merge, and ancestors are not made for it.
    if (replace && locate(edit, depth, &found)) prune_siblings(edit, found, last->schema);
  } else if (merge_chain(edit, depth, &parent)) {
    if (is_whole(last)) merge_siblings(edit, parent, parsed, last->schema, replace);
    else push_level(edit, (struct level){.parent = parent, .source = parsed, .at = parsed, .part = NODES, .replace = replace, .single = true});
  }
}

static struct lyw_edit *make_edit(struct lyw_tree *tree, struct lyw_report *report, int32_t index) {
  struct lyw_edit *edit = calloc(1, sizeof *edit);
  if (!edit) __builtin_trap();
  edit->tree = tree;
  edit->holder.context = tree->context;
  edit->holder.incremental = true;
  edit->report = report;
  edit->index = index;
  edit->state = MERGING;
  edit->usable = true;
  edit->parse = (struct lyw_parse){.tree = tree, .holder = &edit->holder, .path = "/", .piece = tree->piece_bytes, .report = report, .edit_index = index};
  return edit;
}

struct lyw_edit *lyw_edit_new(struct lyw_tree *tree, struct lyw_in *in, struct lyw_report *report, int32_t index) {
  struct lyw_edit *edit = make_edit(tree, report, index);
  edit->op = lyw_get_u8(in);
  edit->usable = lyw_path_read(&edit->path, in, tree, report, index);
  uint32_t len;
  const char *json = lyw_get_str(in, &len); // ends in NUL, which the length leaves out
  lyw_get_u8(in);
  tree->left -= 4;
  if (!edit->usable) return edit;
  if (edit->path.count) edit->parse.path = edit->path.text.data;
  edit->chain = calloc(edit->path.count + 1, sizeof *edit->chain);
  if (!edit->chain) __builtin_trap();
  if (edit->op == OP_DELETE) begin_delete(edit);
  else begin_value(edit, json, len);
  return edit;
}

struct lyw_edit *lyw_edit_new_root(struct lyw_tree *tree, const char *json, size_t len, struct lyw_report *report) {
  struct lyw_edit *edit = make_edit(tree, report, -1);
  edit->op = OP_REPLACE;
  begin_value(edit, json, len);
  return edit;
}

const char *lyw_edit_place(const struct lyw_edit *edit, const char *other) {
  const struct lyw_parse *parse = &edit->parse;
  return !parse->json ? other : parse->frame_count ? parse->at : parse->end;
}

bool lyw_edit_step(struct lyw_edit *edit) {
  if (edit->state == PARSING) {
    bool done = lyw_parse_step(&edit->parse);
    lyw_top_use(edit->tree);
    if (!done) return false;
    begin_merge(edit);
  }
  return merge(edit);
}

bool lyw_edit_end(struct lyw_edit *edit) {
  bool usable = edit->usable;
  if (edit->holder.root) lyw_throw_away(edit->tree, edit->holder.root);
  lyw_top_free(&edit->holder);
  lyw_top_use(edit->tree);
  lyd_free_tree(edit->entry);
  free(edit->chain);
  free(edit->levels);
  ly_err_clean(edit->tree->context->ctx, NULL);
  lyw_path_free(&edit->path);
  free(edit);
  return usable;
}
