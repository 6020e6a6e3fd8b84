// libyang's validation, compiled here with hooks, so that what validation does to a tree enters the journal.
#include "dirty.h"

#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "ly_common.h"
#include "plugins_internal.h"
#include "tree_data_internal.h"
#include "tree_data_sorted.h"

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

/* The parts of one module's turn. */
enum part { NEW, WHENS_FIND, WHENS_SORT, WHENS, TYPES, MUSTS, SIBLINGS, UNIQUE, CONTAINERS, DONE };

struct crowded {
  const struct lyd_node *parent;
  const struct lysc_node *list;
};

/* An incremental validation, module by module, part by part. */
struct lyw_check {
  struct lyw_tree *tree;
  struct lyw_dirty *dirty;
  const struct lys_module *module;
  uint32_t position; /* of the module */
  bool begun;        /* the module's turn is on */
  enum part part;
  size_t at; /* item of the part */
  bool again; /* NEW: items may have come behind the place */
  struct ly_ht *getnext;
  struct lyd_node *unused; /* where libyang would write its diff */
  LY_ERR result;
  /* NEW: the siblings that are being looked at */
  bool siblings;
  bool listed; /* only those that edits put in or named */
  struct lyd_node *parent;
  struct lyd_node *local;  /* first of the module's top-level nodes */
  struct lyd_node **first; /* of the siblings */
  struct lyd_node *node;  /* next one */
  uint32_t fresh;         /* next one of those that edits put in or named */
  const struct lysc_node *last_default;
  /* WHENS */
  struct lyd_node **whens;
  size_t when_count;
  size_t when_cap;
  struct lyd_node **merged; /* the other half of the merge sort */
  size_t width;
  size_t before;
  bool first_pass;
  /* UNIQUE */
  struct crowded *crowded;
  size_t crowded_count;
  size_t crowded_cap;
};

/* Other errors end libyang's validation early: only libyang itself knows what it then reports. */
static void take_result(struct lyw_check *check, LY_ERR ret) {
  if (!ret) return;
  if (ret != LY_EVALID && ret != LY_ENOTFOUND) check->dirty->need_full = true;
  check->result = ret;
}

/* The next item of this turn that asks for the task; items may be added meanwhile. */
static bool next_item(struct lyw_check *check, uint32_t task, struct lyw_item **found) {
  struct lyw_dirty *dirty = check->dirty;
  for (; check->at < dirty->item_count; ++check->at) {
    struct lyw_item *item = &dirty->items[check->at];
    if (item->module != check->position || !(item->tasks & ~item->done & task)) continue;
    item->done |= (uint8_t)task;
    if (item->node && !lyw_is_attached(item->node)) continue;
    *found = item;
    ++check->at;
    dirty->visited++;
    return true;
  }
  return false;
}

/* First top-level node of the module, or of the tree if it has none, as libyang's own loop keeps it. */
static struct lyd_node **first_of_module(struct lyw_check *check) {
  const struct lyw_plan *plan = check->tree->context->plan;
  struct lyd_node *node = NULL;
  for (size_t i = 0; i < plan->schema_count && !node; i++) {
    const struct lyw_schema *schema = plan->schemas[i];
    if (schema->module == check->position && !lysc_data_parent(schema->node)) node = check->tree->top_first[schema->order];
  }
  check->local = node;
  return !node || node == check->tree->root ? &check->tree->root : &check->local;
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

static void check_default_of_case(struct lyw_check *check, const struct lysc_node *schema) {
  const struct lys_module *mod = check->parent ? NULL : check->module;
  struct lyd_node *node = NULL;
  if (!schema->parent || schema->parent->nodetype != LYS_CASE || !lyd_val_has_default(schema)) return;
  lyd_find_sibling_val(*check->first, schema, NULL, 0, &node);
  while (node && node->schema == schema) {
    if (node->flags & LYD_DEFAULT && lyd_validate_autodel_case_dflt(check->first, &node, mod, &check->unused)) continue;
    node = node->next;
  }
}

/* Takes defaults away beside the explicit node; true: it was one itself, and `node` is the one after it. */
static bool drops_default(struct lyw_check *check, struct lyd_node **node) {
  const struct lys_module *mod = check->parent ? NULL : check->module;
  return (*node)->schema->nodetype == LYS_LEAFLIST ? lyd_validate_autodel_leaflist_dflt(check->first, node, mod, &check->unused)
                                                   : lyd_validate_autodel_cont_leaf_dflt(check->first, node, mod, &check->unused);
}

/* One of the nodes that edits put in or named, in a list that is too long to be walked. */
static void check_listed(struct lyw_check *check) {
  struct lyw_fresh *fresh = &check->dirty->fresh[check->fresh - 1];
  struct lyd_node *node = fresh->node;
  const struct lys_module *mod = check->parent ? NULL : check->module;
  check->fresh = fresh->next;
  if (lyd_parent(node) != check->parent || !(node->flags & LYD_NEW) || !lyw_is_attached(node) || (mod && lyd_owner_module(node) != mod)) return;
  if (lyd_val_has_default(node->schema) && drops_default(check, &node)) return;
  take_result(check, lyd_validate_duplicates(*check->first, node, LYW_OPTIONS));
  node->flags &= ~(uint32_t)LYD_NEW;
}

/* What lyd_validate_new() does with one node. */
static void check_walked(struct lyw_check *check) {
  struct lyd_node *node = check->node;
  const struct lys_module *mod = check->parent ? NULL : check->module;
  if (!node->schema || (mod && lyd_owner_module(node) != mod)) {
    check->node = NULL;
    return;
  }
  check->node = node->next;
  if (!(node->flags & (LYD_NEW | LYD_DEFAULT))) return;
  if (lyd_val_has_default(node->schema) && node->schema != check->last_default && node->flags & LYD_NEW) {
    check->last_default = node->schema;
    bool gone = drops_default(check, &node);
    check->node = gone ? node : node->next;
    if (gone) return;
  }
  if (node->flags & LYD_NEW) {
    take_result(check, lyd_validate_duplicates(*check->first, node, LYW_OPTIONS));
    node->flags &= ~(uint32_t)LYD_NEW;
  }
  if (node->flags & LYD_DEFAULT && lyd_validate_autodel_case_dflt(check->first, &node, mod, &check->unused)) check->node = node;
}

static void begin_siblings(struct lyw_check *check, const struct lyw_item *item) {
  struct lyd_node *parent = item->node;
  if (parent && !(parent->schema->nodetype & LYD_NODE_INNER)) return;
  check->parent = parent;
  const struct lys_module *mod = parent ? NULL : check->module;
  check->first = parent ? lyd_node_child_p(parent) : first_of_module(check);
  check->siblings = true;
  check->listed = is_long(*check->first) && (!parent || !lyw_in_inserted(parent));
  check->fresh = item->fresh;
  check->last_default = NULL;
  const struct lysc_node *sparent = parent ? parent->schema : NULL;
  take_result(check, lyd_validate_choice_r(check->first, sparent, mod, NULL, LYW_OPTIONS, 0, check->getnext, &check->unused));
  check->node = check->listed ? NULL : *check->first;
}

static void end_siblings(struct lyw_check *check) {
  struct lyd_node *parent = check->parent;
  const struct lys_module *mod = parent ? NULL : check->module;
  const struct lysc_node *sparent = parent ? parent->schema : NULL, *schema = NULL;
  while (check->listed && (schema = lys_getnext(schema, sparent, mod ? mod->compiled : NULL, 0))) check_default_of_case(check, schema);
  take_result(check, lyd_new_implicit(parent, check->first, NULL, mod, NULL, NULL, NULL, LYD_IMPLICIT_NO_STATE, check->getnext, &check->unused));
  if (!parent && check->tree->root) check->tree->root = lyd_first_sibling(check->tree->root);
  lyw_dirty_drain(check->tree);
  check->siblings = false;
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
  // libyang keeps the entries sorted: their distance does not matter.
  if (lyds_is_supported(one)) return lyds_compare_single((struct lyd_node *)one, (struct lyd_node *)two) < 0;
  for (const struct lyd_node *x = one->next, *y = two->next; x || y; x = x ? x->next : NULL, y = y ? y->next : NULL) {
    if (x == two) return true;
    if (y == one) return false;
  }
  return false;
}

static void add_when(struct lyw_check *check, size_t at, struct lyd_node *node) {
  check->whens = lyw_grow(check->whens, &check->when_cap, check->when_count + 1, sizeof *check->whens);
  memmove(check->whens + at + 1, check->whens + at, (check->when_count - at) * sizeof *check->whens);
  check->whens[at] = node;
  check->when_count++;
  node->flags |= LYW_WAITS;
}

static void drop_when(struct lyw_check *check, size_t at) {
  check->whens[at]->flags &= ~LYW_WAITS;
  memmove(check->whens + at, check->whens + at + 1, (check->when_count - at - 1) * sizeof *check->whens);
  check->when_count--;
}

static void find_whens(struct lyw_check *check) {
  struct lyw_item *item;
  if (next_item(check, LYW_WHEN, &item)) {
    check->tree->left--;
    add_when(check, check->when_count, item->node);
    return;
  }
  check->part++;
  check->at = 0;
  check->width = 1;
}

/* Puts two sorted runs together; nodes are mostly found in order, which costs one comparison then. */
static void merge_runs(struct lyw_check *check, size_t from, size_t middle, size_t to) {
  struct lyd_node **in = check->whens;
  if (middle >= to || !is_before(in[middle], in[middle - 1])) return;
  size_t left = from, right = middle;
  for (size_t at = from; at < to; at++) {
    bool take_right = left >= middle || (right < to && is_before(in[right], in[left]));
    check->merged[at] = in[take_right ? right++ : left++];
  }
  memcpy(in + from, check->merged + from, (to - from) * sizeof *in);
  check->tree->left -= (int64_t)(to - from) / 2;
}

static void sort_whens(struct lyw_check *check) {
  size_t count = check->when_count;
  if (check->at < count && check->width < count) {
    if (!check->merged && !(check->merged = malloc(count * sizeof *check->merged))) __builtin_trap();
    size_t middle = check->at + check->width, to = middle + check->width;
    check->tree->left--;
    merge_runs(check, check->at, middle < count ? middle : count, to < count ? to : count);
    check->at = to;
    return;
  }
  check->at = 0;
  check->width *= 2;
  if (check->width < count) return;
  free(check->merged);
  check->merged = NULL;
  check->part++;
  check->at = check->before = count;
  check->first_pass = true;
}

/* A node that was taken away decided about others: those still to come are looked at now, as libyang does, the rest next time. */
static void add_late(struct lyw_check *check, const struct lyd_node *place) {
  struct lyw_dirty *dirty = check->dirty;
  for (size_t i = 0; i < dirty->late_count; i++) {
    struct lyd_node *late = dirty->late[i];
    if (late->flags & LYW_WAITS || !lyw_is_attached(late)) continue;
    if (!check->first_pass || !is_before(late, place)) {
      dirty->next = lyw_grow(dirty->next, &dirty->next_cap, dirty->next_count + 1, sizeof *dirty->next);
      dirty->next[dirty->next_count++] = (struct lyw_item){.node = late, .module = (uint16_t)check->position, .tasks = LYW_WHEN};
      continue;
    }
    size_t to = check->at;
    while (to && is_before(late, check->whens[to - 1])) to--;
    add_when(check, to, late);
    check->at++;
  }
  dirty->late_count = 0;
}

static void check_when(struct lyw_check *check) {
  size_t at = check->at;
  struct lyd_node *node = check->whens[at], *next = NULL;
  const struct lysc_when *disabled = NULL;
  if (!lyw_is_attached(node)) {
    drop_when(check, at);
    return;
  }
  check->dirty->visited++;
  LOG_LOCSET(node->schema, node);
  LY_ERR ret = lyd_validate_node_when(check->tree->root, node, node->schema, 0, &disabled);
  bool taken = false;
  if (!ret) {
    drop_when(check, at);
    if (!disabled) {
      node->flags |= LYD_WHEN_TRUE;
    } else if (node->flags & LYD_WHEN_TRUE) {
      taken = true;
    } else {
      LOGVAL(LYD_CTX(node), LY_VCODE_NOWHEN, disabled->cond->expr);
      take_result(check, LY_EVALID);
    }
  } else if (ret != LY_EINCOMPLETE) {
    take_result(check, ret);
    drop_when(check, at);
  }
  LOG_LOCBACK(1, 1);
  if (!taken) return;
  // What depends on the node is looked for while it still stands in its place.
  next = check->tree->root;
  check->dirty->late_count = 0;
  lyw_dirty_before_removal(check->tree, node);
  add_late(check, node);
  lyd_validate_autodel_node_del(&next, node, NULL, 1, NULL, NULL, NULL, &check->unused);
  check->dirty->event_count = 0;
}

/* From the last node to the first, again and again while that gets anywhere. */
static void check_whens(struct lyw_check *check) {
  if (check->at) {
    check->at--;
    check->tree->left -= 10;
    check_when(check);
    return;
  }
  check->first_pass = false;
  if (check->when_count && check->when_count < check->before) {
    check->at = check->before = check->when_count;
    return;
  }
  if (check->when_count) check->dirty->need_full = true;
  while (check->when_count) drop_when(check, check->when_count - 1);
  check->part++;
}

static void check_type(struct lyw_check *check, struct lyd_node *node) {
  struct lysc_type *type = ((struct lysc_node_leaf *)node->schema)->type;
  LOG_LOCSET(NULL, node);
  LY_ERR ret = resolve_value(LYD_CTX(node), type, &((struct lyd_node_term *)node)->value, node, check->tree->root);
  LOG_LOCBACK(0, 1);
  take_result(check, ret);
}

static void check_count(struct lyw_check *check, const struct lyd_node *first, struct lyd_node *parent, const struct lysc_node *schema, uint32_t min,
    uint32_t max) {
  if (!min && max == UINT32_MAX) return;
  if (check->tree->context->plan->disabled & LYW_ON_COUNT) return;
  const struct lyw_schema *known = schema->priv;
  for (size_t i = 0; i < known->index_count; i++) {
    if (known->indexes[i]->kind != LYW_BY_PARENT) continue;
    const char *empty;
    if (lydict_insert(schema->module->ctx, "", 0, &empty)) __builtin_trap();
    const struct lyw_entry *entry = lyw_index_find(check->tree, known->indexes[i], parent, empty);
    lydict_remove(schema->module->ctx, empty);
    uint32_t count = entry ? entry->count : 0;
    if (count >= min && (!max || count <= max)) return;
  }
  take_result(check, lyd_validate_minmax(first, parent, schema, min, max, LYW_OPTIONS));
}

/* What lyd_validate_siblings_schema_r() does, but uniqueness, which the indexes tell. */
static void check_siblings(struct lyw_check *check, const struct lyd_node *first, struct lyd_node *parent, const struct lysc_node *sparent,
    const struct lys_module *mod) {
  const struct lysc_node **choices, **schemas, *one;
  uint32_t disabled = check->tree->context->plan->disabled;
  if (lyd_val_getnext_get(sparent, mod, NULL, 0, check->getnext, &choices, &schemas)) __builtin_trap();
  for (uint32_t i = 0; choices && choices[i]; i++) {
    if (choices[i]->flags & LYS_CONFIG_R) continue;
    if (choices[i]->flags & LYS_MAND_TRUE && !(disabled & LYW_ON_MANDATORY)) {
      take_result(check, lyd_validate_mandatory(first, parent, choices[i], LYW_OPTIONS));
    }
    LY_LIST_FOR(lysc_node_child(choices[i]), one) {
      if (!lys_getnext_data(NULL, first, NULL, one, NULL)) continue;
      check_siblings(check, first, parent, one, mod);
      break;
    }
  }
  for (uint32_t i = 0; schemas && schemas[i]; i++) {
    one = schemas[i];
    if (one->flags & LYS_CONFIG_R) continue;
    if (one->nodetype == LYS_LIST) {
      check_count(check, first, parent, one, ((const struct lysc_node_list *)one)->min, ((const struct lysc_node_list *)one)->max);
    } else if (one->nodetype == LYS_LEAFLIST) {
      check_count(check, first, parent, one, ((const struct lysc_node_leaflist *)one)->min, ((const struct lysc_node_leaflist *)one)->max);
    } else if (one->flags & LYS_MAND_TRUE && !(disabled & LYW_ON_MANDATORY)) {
      take_result(check, lyd_validate_mandatory(first, parent, one, LYW_OPTIONS));
    }
  }
}

static bool is_crowded(const struct lyw_check *check, const struct lyd_node *entry) {
  for (size_t i = 0; i < check->crowded_count; i++) {
    if (check->crowded[i].parent == lyd_parent(entry) && check->crowded[i].list == entry->schema) return true;
  }
  return false;
}

static void check_unique(struct lyw_check *check, struct lyd_node *entry) {
  const struct lyw_schema *schema = lyw_schema_of(entry);
  bool twice = false;
  for (size_t i = 0; i < schema->index_count; i++) {
    if (schema->indexes[i]->kind != LYW_BY_TUPLE) continue;
    const struct lyw_entry *head = lyw_index_tuple(check->tree, entry, schema->indexes[i]);
    if (head && head->count > 1) twice = true;
  }
  if (!twice || is_crowded(check, entry)) return;
  check->crowded = lyw_grow(check->crowded, &check->crowded_cap, check->crowded_count + 1, sizeof *check->crowded);
  check->crowded[check->crowded_count++] = (struct crowded){lyd_parent(entry), entry->schema};
  struct lyd_node *first = entry->parent ? lyd_first_sibling(entry) : *first_of_module(check);
  const struct lysc_node_list *list = (const struct lysc_node_list *)entry->schema;
  take_result(check, lyd_validate_unique(first, entry->schema, (const struct lysc_node_leaf ***)list->uniques, LYW_OPTIONS));
}

static void check_below(struct lyw_check *check, struct lyd_node *node) {
  if (!node) check_siblings(check, *first_of_module(check), NULL, NULL, check->module);
  else if (node->schema->nodetype & LYD_NODE_INNER) check_siblings(check, lyd_child(node), node, node->schema, NULL);
}

static void begin_part(struct lyw_check *check, enum part part) {
  static const enum lyw_phase phases[] = {[NEW] = LYW_NEW, [WHENS_FIND] = LYW_WHENS, [TYPES] = LYW_TYPES, [MUSTS] = LYW_FINAL};
  check->part = part;
  check->at = 0;
  if (part == NEW || part == WHENS_FIND || part == TYPES || part == MUSTS) lyw_dirty_turn(check->tree, check->position, phases[part]);
  if (part == MUSTS && check->dirty->need_full) check->part = DONE;
  if (part == UNIQUE && check->tree->context->plan->disabled & LYW_ON_UNIQUE) check->part = CONTAINERS;
  if (check->part == CONTAINERS) check->at = check->dirty->item_count;
}

/* Siblings are looked at as long as there are some to be looked at, as what is found asks for others. */
static void check_new(struct lyw_check *check) {
  struct lyw_item *item;
  if (check->fresh && check->listed) {
    check_listed(check);
  } else if (check->node) {
    check_walked(check);
  } else if (check->siblings) {
    end_siblings(check);
  } else if (next_item(check, LYW_PARENT, &item)) {
    check->again = true;
    check->tree->left -= 2;
    begin_siblings(check, item);
  } else if (check->again) {
    check->again = false;
    check->at = 0;
  } else {
    begin_part(check, WHENS_FIND);
  }
}

static void reset_container(struct lyw_check *check) {
  const struct lyw_item *item = check->at ? &check->dirty->items[--check->at] : NULL;
  if (!item) check->part = DONE;
  else if (item->node && item->module == check->position && item->tasks & LYW_SCHEMA && lyw_is_attached(item->node)) lyd_np_cont_dflt_set(item->node);
}

/* One item of a part that goes through them once. */
static void check_item(struct lyw_check *check) {
  static const uint32_t tasks[] = {[TYPES] = LYW_TYPE, [MUSTS] = LYW_MUST, [SIBLINGS] = LYW_SCHEMA, [UNIQUE] = LYW_UNIQUE};
  static const uint32_t costs[] = {[TYPES] = 2, [MUSTS] = 15, [SIBLINGS] = 3, [UNIQUE] = 3};
  struct lyw_item *item;
  if (!next_item(check, tasks[check->part], &item)) {
    begin_part(check, check->part + 1);
    return;
  }
  check->tree->left -= costs[check->part];
  if (check->part == TYPES) check_type(check, item->node);
  else if (check->part == MUSTS) take_result(check, lyd_validate_must(item->node, LYW_OPTIONS, 0, 0));
  else if (check->part == SIBLINGS) check_below(check, item->node);
  else check_unique(check, item->node);
}

static bool has_work(const struct lyw_dirty *dirty, uint32_t module) {
  for (size_t i = 0; i < dirty->item_count; i++) {
    if (dirty->items[i].module == module) return true;
  }
  return false;
}

static void begin_module(struct lyw_check *check) {
  if (!has_work(check->dirty, check->position)) {
    check->position++;
    return;
  }
  check->module = check->tree->context->plan->modules[check->position];
  if (lyd_val_getnext_ht_new(&check->getnext)) __builtin_trap();
  check->begun = true;
  begin_part(check, NEW);
}

static void end_module(struct lyw_check *check) {
  lyd_val_getnext_ht_free(check->getnext);
  check->begun = false;
  check->crowded_count = 0;
  check->position++;
}

static void advance(struct lyw_check *check) {
  switch (check->part) {
  case NEW:
    check_new(check);
    break;
  case WHENS_FIND:
    find_whens(check);
    break;
  case WHENS_SORT:
    sort_whens(check);
    break;
  case WHENS:
    check_whens(check);
    if (check->part == TYPES) begin_part(check, TYPES);
    break;
  case CONTAINERS:
    reset_container(check);
    break;
  case DONE:
    end_module(check);
    break;
  default:
    check_item(check);
  }
}

struct lyw_check *lyw_check_new(struct lyw_tree *tree) {
  struct lyw_check *check = calloc(1, sizeof *check);
  if (!check) __builtin_trap();
  check->tree = tree;
  check->dirty = tree->dirty;
  return check;
}

bool lyw_check_step(struct lyw_check *check) {
  struct lyw_tree *tree = check->tree;
  bool done = false;
  lyw_checked = tree;
  while (tree->left-- > 0 && !done) {
    if (check->begun) advance(check);
    else if (check->position >= tree->context->plan->module_count || check->dirty->need_full) done = true;
    else begin_module(check);
  }
  lyw_checked = NULL;
  return done;
}

LY_ERR lyw_check_end(struct lyw_check *check) {
  struct lyw_tree *tree = check->tree;
  LY_ERR result = check->result;
  if (tree->root) tree->root = lyd_first_sibling(tree->root);
  if (check->begun) lyd_val_getnext_ht_free(check->getnext);
  while (check->when_count) drop_when(check, check->when_count - 1);
  free(check->whens);
  free(check->merged);
  free(check->crowded);
  free(check);
  return result;
}
