// libyang's validation, compiled here with hooks, so that what validation does to a tree enters the journal.
#include "dirty.h"

#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "ly_common.h"
#include "plugins_internal.h"
#include "tree_data_internal.h"

struct lyw_tree *lyw_active;

/* Nodes that validation removes are held for undo instead of freed. */
static void hold_or_free(struct lyd_node *node) {
  if (!node) return;
  if (lyw_active && node->schema) lyw_journal_remove(lyw_active, node);
  else lyd_free_tree(node);
}

struct lyw_tree *lyw_checked;

struct ly_ht *lyw_top_table(const struct lyd_node *node);

/* First top-level node; walking back to it from a late one would cost what the list is long. */
struct lyd_node *lyw_first(const struct lyd_node *node) {
  return lyw_checked && lyw_checked->root && !node->parent ? lyw_checked->root : lyd_first_sibling(node);
}

/* libyang's full validation goes from module to module, and from step to step. */
static void enter_phase(const struct lys_module *module, enum lyw_phase phase) {
  if (!lyw_checked || !lyw_checked->dirty || !lyw_checked->dirty->tracking) return;
  const struct lyw_plan *plan = lyw_checked->context->plan;
  for (size_t i = 0; i < plan->module_count; i++) {
    if (plan->modules[i] == module) lyw_dirty_turn(lyw_checked, (uint32_t)i, phase);
  }
}

/* The value of a new node may be written another way once it is resolved. */
static LY_ERR resolve_new(const struct ly_ctx *ctx, const struct lysc_type *type, struct lyd_value *value, const struct lyd_node *node,
    const struct lyd_node *tree) {
  if (!lyw_checked || type->basetype != LY_TYPE_UNION) return lyd_value_validate_incomplete(ctx, type, value, node, tree);
  struct lyw_buf before = {0};
  lyw_put_text(&before, lyd_value_get_canonical(ctx, value));
  LY_ERR ret = lyd_value_validate_incomplete(ctx, type, value, node, tree);
  if (strcmp(before.data, lyd_value_get_canonical(ctx, value)) != 0) lyw_note_rewritten(lyw_checked, (struct lyd_node *)node);
  lyw_buf_free(&before);
  return ret;
}

/* A union may resolve to another member because of a change elsewhere. */
static LY_ERR resolve_value(const struct ly_ctx *ctx, const struct lysc_type *type, struct lyd_value *value,
    const struct lyd_node *node, const struct lyd_node *tree) {
  if (!lyw_active || type->basetype != LY_TYPE_UNION || lyw_in_inserted(node)) {
    return resolve_new(ctx, type, value, node, tree);
  }
  struct lyd_value former;
  LY_ERR ret = type->plugin->duplicate(ctx, value, &former);
  if (ret) return ret;
  struct lyw_buf before = {0}, after = {0};
  lyw_put_value(&before, ctx, value);
  ret = lyd_value_validate_incomplete(ctx, type, value, node, tree);
  lyw_put_value(&after, ctx, value);
  if (before.len != after.len || memcmp(before.data, after.data, before.len) != 0) {
    lyw_journal_value(lyw_active, (struct lyd_node *)node, former);
  } else {
    type->plugin->free(ctx, &former);
  }
  lyw_buf_free(&before);
  lyw_buf_free(&after);
  return ret;
}

/* The error-app-tag of a must gets a mark, which tells the host which kind of rule was broken. */
static const char *mark_rule(const char *source_text, const char *app_tag) {
  static struct lyw_buf marked;
  if (strcmp(source_text, "eapptag") != 0) return app_tag;
  marked.len = 0;
  lyw_put_text(&marked, "must\n");
  lyw_put_text(&marked, app_tag);
  return marked.data;
}

#undef _GNU_SOURCE
#undef LOGVAL_APPTAG
#define LOGVAL_APPTAG(CTX, APPTAG, ...) ly_vlog(CTX, mark_rule(#APPTAG, APPTAG), __VA_ARGS__)
#define lyd_free_tree hold_or_free
#define lyd_value_validate_incomplete resolve_value
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-parameter"
#pragma clang diagnostic ignored "-Wsign-compare"
#include "validation.c"
#pragma clang diagnostic pop
#undef lyd_value_validate_incomplete
#undef lyd_free_tree

/* Stands where libyang writes its validation diff. Removals come by hold_or_free. */
LY_ERR lyd_val_diff_add(const struct lyd_node *node, enum lyd_diff_op op, struct lyd_node **UNUSED(diff)) {
  if (lyw_active && op == LYD_DIFF_OP_CREATE) lyw_journal_inserted(lyw_active, (struct lyd_node *)node);
  return LY_SUCCESS;
}

#define LYW_OPTIONS (LYD_VALIDATE_NO_STATE | LYD_VALIDATE_MULTI_ERROR)

LY_ERR lyw_validate(struct lyw_tree *tree) {
  struct lyd_node *unused = NULL;
  lyw_checked = tree->incremental ? tree : NULL;
  LY_ERR ret = lyd_validate_all(&tree->root, tree->context->ctx, LYW_OPTIONS, &unused);
  lyw_checked = NULL;
  if (tree->root) tree->root = lyd_first_sibling(tree->root);
  return ret;
}

/* What one module's turn of an incremental validation works with. */
struct turn {
  struct lyw_tree *tree;
  struct lyw_dirty *dirty;
  const struct lys_module *module;
  uint32_t position;
  struct ly_ht *getnext;
  struct lyd_node *unused; /* where libyang would write its diff */
  LY_ERR result;
};

/* Other errors end libyang's validation early: only libyang itself knows what it then reports. */
static void take_result(struct turn *turn, LY_ERR ret) {
  if (!ret) return;
  if (ret != LY_EVALID && ret != LY_ENOTFOUND) turn->dirty->need_full = true;
  turn->result = ret;
}

/* The next item of this turn that asks for the task; items may be added meanwhile. */
static bool next_item(struct turn *turn, size_t *at, uint32_t task, struct lyd_node **node) {
  struct lyw_dirty *dirty = turn->dirty;
  for (; *at < dirty->item_count; ++*at) {
    struct lyw_item *item = &dirty->items[*at];
    if (item->module != turn->position || !(item->tasks & ~item->done & task)) continue;
    item->done |= task;
    if (item->node && !lyw_is_attached(item->node)) continue;
    *node = item->node;
    ++*at;
    dirty->visited++;
    return true;
  }
  return false;
}

/* First top-level node of the module, or of the tree if it has none, as libyang's own loop keeps it. */
static struct lyd_node **first_of_module(struct turn *turn, struct lyd_node **first) {
  const struct lyw_plan *plan = turn->tree->context->plan;
  struct lyd_node *node = NULL;
  for (size_t i = 0; i < plan->schema_count && !node; i++) {
    const struct lyw_schema *schema = plan->schemas[i];
    if (schema->module == turn->position && !lysc_data_parent(schema->node)) node = turn->tree->top_first[schema->order];
  }
  *first = node;
  return !node || node == turn->tree->root ? &turn->tree->root : first;
}

/* More siblings than this are not walked. */
#define LYW_WALKED 64

static bool is_long(const struct lyd_node *first) {
  if (!first) return false;
  if (first->parent) return first->parent->children_ht && first->parent->children_ht->used > LYW_WALKED;
  size_t count = 0;
  for (; first && count <= LYW_WALKED; first = first->next) count++;
  return count > LYW_WALKED;
}

static void check_default_of_case(struct turn *turn, struct lyd_node **first, const struct lysc_node *schema, const struct lys_module *mod) {
  struct lyd_node *node = NULL;
  if (!schema->parent || schema->parent->nodetype != LYS_CASE || !lyd_val_has_default(schema)) return;
  lyd_find_sibling_val(*first, schema, NULL, 0, &node);
  while (node && node->schema == schema) {
    if (node->flags & LYD_DEFAULT && lyd_validate_autodel_case_dflt(first, &node, mod, &turn->unused)) continue;
    node = node->next;
  }
}

/* What lyd_validate_new() does, for the children that edits put in or named, and for defaults, without walking a long list. */
static void validate_new_of(struct turn *turn, struct lyd_node **first, struct lyd_node *parent, const struct lys_module *mod) {
  const struct lysc_node *sparent = parent ? parent->schema : NULL, *schema = NULL;
  take_result(turn, lyd_validate_choice_r(first, sparent, mod, NULL, LYW_OPTIONS, 0, turn->getnext, &turn->unused));
  for (size_t i = 0; i < turn->dirty->fresh_count; i++) {
    struct lyd_node *node = turn->dirty->fresh[i];
    if (lyd_parent(node) != parent || !(node->flags & LYD_NEW) || !lyw_is_attached(node) || (mod && lyd_owner_module(node) != mod)) continue;
    if (lyd_val_has_default(node->schema)) {
      bool gone = node->schema->nodetype == LYS_LEAFLIST ? lyd_validate_autodel_leaflist_dflt(first, &node, mod, &turn->unused)
                                                         : lyd_validate_autodel_cont_leaf_dflt(first, &node, mod, &turn->unused);
      if (gone) continue;
    }
    take_result(turn, lyd_validate_duplicates(*first, node, LYW_OPTIONS));
    node->flags &= ~(uint32_t)LYD_NEW;
  }
  while ((schema = lys_getnext(schema, sparent, mod ? mod->compiled : NULL, 0))) check_default_of_case(turn, first, schema, mod);
}

static void check_parent(struct turn *turn, struct lyd_node *parent) {
  struct lyd_node *local, **first = parent ? lyd_node_child_p(parent) : first_of_module(turn, &local);
  const struct lys_module *mod = parent ? NULL : turn->module;
  if (parent && !(parent->schema->nodetype & LYD_NODE_INNER)) return;
  if (is_long(*first) && (!parent || !lyw_in_inserted(parent))) {
    validate_new_of(turn, first, parent, mod);
  } else {
    const struct lysc_node *sparent = parent ? parent->schema : *first ? lysc_data_parent((*first)->schema) : NULL;
    take_result(turn, lyd_validate_new(first, sparent, mod, NULL, LYW_OPTIONS, 0, turn->getnext, &turn->unused));
  }
  take_result(turn, lyd_new_implicit(parent, first, NULL, mod, NULL, NULL, NULL, LYD_IMPLICIT_NO_STATE, turn->getnext, &turn->unused));
  if (!parent && turn->tree->root) turn->tree->root = lyd_first_sibling(turn->tree->root);
  lyw_dirty_drain(turn->tree);
}

static uint32_t depth_of(const struct lyd_node *node) {
  uint32_t depth = 0;
  for (; node->parent; node = &node->parent->node) depth++;
  return depth;
}

/* Whether a node comes before another in the order in which libyang walks the tree. */
static bool is_before(const struct lyd_node *one, const struct lyd_node *two) {
  uint32_t a = depth_of(one), b = depth_of(two);
  bool above = a < b;
  for (; a > b; a--) one = &one->parent->node;
  for (; b > a; b--) two = &two->parent->node;
  if (one == two) return above;
  for (; one->parent != two->parent; one = &one->parent->node) two = &two->parent->node;
  if (one->schema != two->schema) return lyw_schema_of(one)->order < lyw_schema_of(two)->order;
  for (const struct lyd_node *x = one->next, *y = two->next; x || y; x = x ? x->next : NULL, y = y ? y->next : NULL) {
    if (x == two) return true;
    if (y == one) return false;
  }
  return false;
}

static int compare_places(const void *a, const void *b) {
  const struct lyd_node *one = *(struct lyd_node *const *)a, *two = *(struct lyd_node *const *)b;
  return one == two ? 0 : is_before(one, two) ? -1 : 1;
}

static int compare_pointers(const void *a, const void *b) {
  const struct lyd_node *one = *(struct lyd_node *const *)a, *two = *(struct lyd_node *const *)b;
  return one < two ? -1 : one > two;
}

/* Comparing places costs what lists are long: many nodes are put in order by one walk. */
static void sort_places(struct turn *turn, struct lyd_node **nodes, size_t count) {
  if (count < 200) {
    qsort(nodes, count, sizeof *nodes, compare_places);
    return;
  }
  struct lyd_node **sorted = malloc(count * sizeof *sorted), *root, *node;
  if (!sorted) __builtin_trap();
  memcpy(sorted, nodes, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, compare_pointers);
  size_t at = 0;
  LY_LIST_FOR(turn->tree->root, root) {
    LYD_TREE_DFS_BEGIN(root, node) {
      if (bsearch(&node, sorted, count, sizeof *sorted, compare_pointers) && at < count) nodes[at++] = node;
      LYD_TREE_DFS_END(root, node);
    }
  }
  free(sorted);
}

struct whens {
  struct lyd_node **nodes;
  size_t count;
  size_t cap;
};

static void drop_when(struct whens *whens, size_t at) {
  memmove(whens->nodes + at, whens->nodes + at + 1, (whens->count - at - 1) * sizeof *whens->nodes);
  whens->count--;
}

/* A node that was taken away decided about others: those still to come are looked at now, as libyang does, the rest next time. */
static void add_late(struct turn *turn, struct whens *whens, size_t *at, const struct lyd_node *place, bool first_pass) {
  struct lyw_dirty *dirty = turn->dirty;
  for (size_t i = 0; i < dirty->late_count; i++) {
    struct lyd_node *late = dirty->late[i];
    bool known = false;
    for (size_t j = 0; j < whens->count; j++) known = known || whens->nodes[j] == late;
    if (known || !lyw_is_attached(late)) continue;
    if (!first_pass || !place || !is_before(late, place)) {
      dirty->next = lyw_grow(dirty->next, &dirty->next_cap, dirty->next_count + 1, sizeof *dirty->next);
      dirty->next[dirty->next_count++] = (struct lyw_item){late, turn->position, LYW_WHEN, 0};
      continue;
    }
    size_t to = *at;
    while (to && is_before(late, whens->nodes[to - 1])) to--;
    whens->nodes = lyw_grow(whens->nodes, &whens->cap, whens->count + 1, sizeof *whens->nodes);
    memmove(whens->nodes + to + 1, whens->nodes + to, (whens->count - to) * sizeof *whens->nodes);
    whens->nodes[to] = late;
    whens->count++;
    ++*at;
  }
  dirty->late_count = 0;
}

static void check_when(struct turn *turn, struct whens *whens, size_t *at, bool first_pass) {
  struct lyd_node *node = whens->nodes[*at], *next = NULL;
  const struct lysc_when *disabled = NULL;
  if (!lyw_is_attached(node)) {
    drop_when(whens, *at);
    return;
  }
  turn->dirty->visited++;
  LOG_LOCSET(node->schema, node);
  LY_ERR ret = lyd_validate_node_when(turn->tree->root, node, node->schema, 0, &disabled);
  bool taken = false;
  if (!ret) {
    drop_when(whens, *at);
    if (!disabled) {
      node->flags |= LYD_WHEN_TRUE;
    } else if (node->flags & LYD_WHEN_TRUE) {
      taken = true;
    } else {
      LOGVAL(LYD_CTX(node), LY_VCODE_NOWHEN, disabled->cond->expr);
      take_result(turn, LY_EVALID);
    }
  } else if (ret != LY_EINCOMPLETE) {
    take_result(turn, ret);
    drop_when(whens, *at);
  }
  LOG_LOCBACK(1, 1);
  if (!taken) return;
  // What depends on the node is looked for while it still stands in its place.
  next = turn->tree->root;
  turn->dirty->late_count = 0;
  lyw_dirty_before_removal(turn->tree, node);
  add_late(turn, whens, at, node, first_pass);
  lyd_validate_autodel_node_del(&next, node, NULL, 1, NULL, NULL, NULL, &turn->unused);
  turn->dirty->event_count = 0;
}

static void check_whens(struct turn *turn) {
  struct whens whens = {0};
  struct lyd_node *node;
  for (size_t at = 0; next_item(turn, &at, LYW_WHEN, &node);) {
    whens.nodes = lyw_grow(whens.nodes, &whens.cap, whens.count + 1, sizeof *whens.nodes);
    whens.nodes[whens.count++] = node;
  }
  if (!whens.count) return;
  sort_places(turn, whens.nodes, whens.count);
  size_t before;
  bool first_pass = true;
  do {
    before = whens.count;
    for (size_t at = whens.count; at-- > 0;) check_when(turn, &whens, &at, first_pass);
    first_pass = false;
  } while (whens.count && whens.count < before);
  if (whens.count) turn->dirty->need_full = true;
  free(whens.nodes);
}

static void check_type(struct turn *turn, struct lyd_node *node) {
  struct lysc_type *type = ((struct lysc_node_leaf *)node->schema)->type;
  LOG_LOCSET(NULL, node);
  LY_ERR ret = resolve_value(LYD_CTX(node), type, &((struct lyd_node_term *)node)->value, node, turn->tree->root);
  LOG_LOCBACK(0, 1);
  take_result(turn, ret);
}

static void check_count(struct turn *turn, const struct lyd_node *first, struct lyd_node *parent, const struct lysc_node *schema, uint32_t min,
    uint32_t max) {
  if (!min && max == UINT32_MAX) return;
  if (turn->tree->context->plan->disabled & LYW_ON_COUNT) return;
  const struct lyw_schema *known = schema->priv;
  for (size_t i = 0; i < known->index_count; i++) {
    if (known->indexes[i]->kind != LYW_BY_PARENT) continue;
    const char *empty;
    if (lydict_insert(schema->module->ctx, "", 0, &empty)) __builtin_trap();
    const struct lyw_entry *entry = lyw_index_find(turn->tree, known->indexes[i], parent, empty);
    lydict_remove(schema->module->ctx, empty);
    uint32_t count = entry ? entry->count : 0;
    if (count >= min && (!max || count <= max)) return;
  }
  take_result(turn, lyd_validate_minmax(first, parent, schema, min, max, LYW_OPTIONS));
}

/* What lyd_validate_siblings_schema_r() does, but uniqueness, which the indexes tell. */
static void check_siblings(struct turn *turn, const struct lyd_node *first, struct lyd_node *parent, const struct lysc_node *sparent,
    const struct lys_module *mod) {
  const struct lysc_node **choices, **schemas, *one;
  uint32_t disabled = turn->tree->context->plan->disabled;
  if (lyd_val_getnext_get(sparent, mod, NULL, 0, turn->getnext, &choices, &schemas)) __builtin_trap();
  for (uint32_t i = 0; choices && choices[i]; i++) {
    if (choices[i]->flags & LYS_CONFIG_R) continue;
    if (choices[i]->flags & LYS_MAND_TRUE && !(disabled & LYW_ON_MANDATORY)) {
      take_result(turn, lyd_validate_mandatory(first, parent, choices[i], LYW_OPTIONS));
    }
    LY_LIST_FOR(lysc_node_child(choices[i]), one) {
      if (!lys_getnext_data(NULL, first, NULL, one, NULL)) continue;
      check_siblings(turn, first, parent, one, mod);
      break;
    }
  }
  for (uint32_t i = 0; schemas && schemas[i]; i++) {
    one = schemas[i];
    if (one->flags & LYS_CONFIG_R) continue;
    if (one->nodetype == LYS_LIST) {
      check_count(turn, first, parent, one, ((const struct lysc_node_list *)one)->min, ((const struct lysc_node_list *)one)->max);
    } else if (one->nodetype == LYS_LEAFLIST) {
      check_count(turn, first, parent, one, ((const struct lysc_node_leaflist *)one)->min, ((const struct lysc_node_leaflist *)one)->max);
    } else if (one->flags & LYS_MAND_TRUE && !(disabled & LYW_ON_MANDATORY)) {
      take_result(turn, lyd_validate_mandatory(first, parent, one, LYW_OPTIONS));
    }
  }
}

struct crowded {
  const struct lyd_node *parent;
  const struct lysc_node *list;
};

static void check_unique(struct turn *turn) {
  struct lyd_node *entry, *local;
  struct crowded *crowded = NULL;
  size_t count = 0, cap = 0;
  if (turn->tree->context->plan->disabled & LYW_ON_UNIQUE) return;
  for (size_t at = 0; next_item(turn, &at, LYW_UNIQUE, &entry);) {
    const struct lyw_schema *schema = lyw_schema_of(entry);
    bool twice = false;
    for (size_t i = 0; i < schema->index_count; i++) {
      if (schema->indexes[i]->kind != LYW_BY_TUPLE) continue;
      const struct lyw_entry *head = lyw_index_tuple(turn->tree, entry, schema->indexes[i]);
      if (head && head->count > 1) twice = true;
    }
    for (size_t i = 0; i < count && twice; i++) {
      if (crowded[i].parent == lyd_parent(entry) && crowded[i].list == entry->schema) twice = false;
    }
    if (!twice) continue;
    crowded = lyw_grow(crowded, &cap, count + 1, sizeof *crowded);
    crowded[count++] = (struct crowded){lyd_parent(entry), entry->schema};
    struct lyd_node *first = entry->parent ? lyd_first_sibling(entry) : *first_of_module(turn, &local);
    const struct lysc_node_list *list = (const struct lysc_node_list *)entry->schema;
    take_result(turn, lyd_validate_unique(first, entry->schema, (const struct lysc_node_leaf ***)list->uniques, LYW_OPTIONS));
  }
  free(crowded);
}

static void check_final(struct turn *turn) {
  struct lyd_node *node, *local;
  for (size_t at = 0; next_item(turn, &at, LYW_MUST, &node);) take_result(turn, lyd_validate_must(node, LYW_OPTIONS, 0, 0));
  for (size_t at = 0; next_item(turn, &at, LYW_SCHEMA, &node);) {
    if (!node) check_siblings(turn, *first_of_module(turn, &local), NULL, NULL, turn->module);
    else if (node->schema->nodetype & LYD_NODE_INNER) check_siblings(turn, lyd_child(node), node, node->schema, NULL);
  }
  check_unique(turn);
  for (size_t i = turn->dirty->item_count; i-- > 0;) {
    const struct lyw_item *item = &turn->dirty->items[i];
    if (item->node && item->module == turn->position && item->tasks & LYW_SCHEMA && lyw_is_attached(item->node)) lyd_np_cont_dflt_set(item->node);
  }
}

static bool has_work(const struct lyw_dirty *dirty, uint32_t module) {
  for (size_t i = 0; i < dirty->item_count; i++) {
    if (dirty->items[i].module == module) return true;
  }
  return false;
}

LY_ERR lyw_validate_changed(struct lyw_tree *tree) {
  struct lyw_dirty *dirty = tree->dirty;
  const struct lyw_plan *plan = tree->context->plan;
  LY_ERR result = LY_SUCCESS;
  struct lyd_node *node;
  lyw_checked = tree;
  for (uint32_t i = 0; i < plan->module_count && !dirty->need_full; i++) {
    if (!has_work(dirty, i)) continue;
    struct turn turn = {.tree = tree, .dirty = dirty, .module = plan->modules[i], .position = i};
    if (lyd_val_getnext_ht_new(&turn.getnext)) __builtin_trap();
    lyw_dirty_turn(tree, i, LYW_NEW);
    for (bool any = true; any;) {
      any = false;
      for (size_t at = 0; next_item(&turn, &at, LYW_PARENT, &node); any = true) check_parent(&turn, node);
    }
    lyw_dirty_turn(tree, i, LYW_WHENS);
    check_whens(&turn);
    lyw_dirty_turn(tree, i, LYW_TYPES);
    for (size_t at = 0; next_item(&turn, &at, LYW_TYPE, &node);) check_type(&turn, node);
    lyw_dirty_turn(tree, i, LYW_FINAL);
    if (!dirty->need_full) check_final(&turn);
    lyd_val_getnext_ht_free(turn.getnext);
    if (turn.result) result = turn.result;
  }
  lyw_checked = NULL;
  if (tree->root) tree->root = lyd_first_sibling(tree->root);
  return result;
}
