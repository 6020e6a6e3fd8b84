// Answers parts of libyang's XPath evaluation from the indexes: steps with an equality predicate, and targets of leafrefs.
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "plugins_internal.h"
#include "tree_data_internal.h"

struct lyd_node *lyw_related(const struct lyw_tree *tree, const struct lyd_node *node, const struct lysc_node *to) {
  const struct lysc_node *common = lyw_common(node->schema, to);
  struct lyd_node *at = common ? lyw_ancestor(node, common) : NULL;
  while (at ? at->schema != to : true) {
    const struct lysc_node *step = to;
    while (lysc_data_parent(step) != (at ? at->schema : NULL)) step = lysc_data_parent(step);
    struct lyd_node *first = lyw_children(tree, at), *next = NULL;
    if (first) lyd_find_sibling_val(first, step, NULL, 0, &next);
    if (!next) return NULL;
    at = next;
  }
  return at;
}

static int compare_jumps(const void *a, const void *b) {
  const struct lyw_jump *one = a, *two = b;
  if (one->exp != two->exp) return one->exp < two->exp ? -1 : 1;
  return one->first < two->first ? -1 : one->first > two->first;
}

void lyw_plan_sort(struct lyw_plan *plan) {
  if (plan->jump_count) qsort(plan->jumps, plan->jump_count, sizeof *plan->jumps, compare_jumps);
}

const struct lyw_jump *lyw_jump_at(const struct lyxp_expr *exp, uint32_t token) {
  if (!lyw_checked || !lyw_checked->context->plan->jump_count) return NULL;
  const struct lyw_plan *plan = lyw_checked->context->plan;
  struct lyw_jump key = {.exp = exp, .first = token};
  const struct lyw_jump *found = bsearch(&key, plan->jumps, plan->jump_count, sizeof key, compare_jumps);
  return found && found->usable ? found : NULL;
}

uint32_t lyw_jump_end(const struct lyw_jump *jump) {
  return jump->end;
}

/* Calls back with each instance of the jump's step below the context nodes whose value is one of the looked-for. */
static void each_candidate(const struct lyw_jump *jump, const struct lyd_node *scope, const char *value,
    void (*add)(void *data, struct lyd_node *node), void *data) {
  const char *kept;
  if (lydict_insert(lyw_checked->context->ctx, value, 0, &kept)) __builtin_trap();
  const struct lyw_entry *entry = lyw_index_find(lyw_checked, jump->index, scope, kept);
  for (; entry; entry = entry->next) add(data, lyw_ancestor(entry->node, jump->step));
  lydict_remove(lyw_checked->context->ctx, kept);
}

/* False: the evaluation goes its own way. */
bool lyw_jump_nodes(const struct lyw_jump *jump, const struct lyxp_set *set, void (*add)(void *data, struct lyd_node *node), void *data) {
  for (uint32_t i = 0; i < set->used; i++) {
    const struct lyxp_set_node *node = &set->val.nodes[i];
    bool root = node->type == LYXP_NODE_ROOT || node->type == LYXP_NODE_ROOT_CONFIG;
    if (root ? jump->from != NULL : node->type != LYXP_NODE_ELEM || node->node->schema != jump->from) return false;
  }
  if (!set->cur_node || !set->cur_node->schema) return false;
  struct lyxp_set values;
  if (lyxp_eval(set->ctx, jump->value, set->cur_mod, set->format, set->prefix_data, set->cur_node, set->cur_node, set->tree, NULL, &values,
          LYXP_SCHEMA)) {
    return false;
  }
  bool good = values.type == LYXP_SET_NODE_SET;
  for (uint32_t v = 0; good && v < values.used; v++) {
    const struct lyd_node *leaf = values.val.nodes[v].node;
    good = values.val.nodes[v].type == LYXP_NODE_ELEM && leaf->schema && leaf->schema->nodetype & LYD_NODE_TERM;
  }
  for (uint32_t v = 0; good && v < values.used; v++) {
    const char *value = lyd_get_value(values.val.nodes[v].node);
    bool known = false;
    for (uint32_t w = 0; w < v && !known; w++) known = strcmp(lyd_get_value(values.val.nodes[w].node), value) == 0;
    for (uint32_t i = 0; i < set->used && !known; i++) each_candidate(jump, set->val.nodes[i].node, value, add, data);
  }
  lyxp_set_free_content(&values);
  return good;
}

static const struct lyw_reference *reference_of(const struct lysc_type_leafref *type, const struct lysc_node *owner) {
  const struct lyw_plan *plan = lyw_checked->context->plan;
  for (size_t i = 0; i < plan->reference_count; i++) {
    if (plan->references[i].type == type && plan->references[i].owner == owner) return &plan->references[i];
  }
  return NULL;
}

static bool has_keys(const struct lyw_reference *reference, const struct lyd_node *target, const struct lyd_node *node) {
  for (uint32_t i = 0; i < reference->key_count; i++) {
    const struct lyw_reference_key *key = &reference->keys[i];
    const struct lyd_node *list = lyw_ancestor(target, key->list), *given = NULL;
    const struct lyd_node *wanted = lyw_related(lyw_checked, node, key->value);
    for (const struct lyd_node *child = lyd_child(list); child && !given; child = child->next) {
      if (child->schema == key->key) given = child;
    }
    if (!wanted || !given || strcmp(lyd_get_value(wanted), lyd_get_value(given)) != 0) return false;
  }
  return true;
}

/* Whether the indexes show a target. False says nothing: libyang itself looks, and words the error. */
int lyw_reference_exists(const struct lysc_type_leafref *type, const struct lyd_node *node, struct lyd_value *value) {
  if (!lyw_checked || !node->schema) return 0;
  const struct lyw_reference *reference = reference_of(type, node->schema);
  if (!reference || !reference->index) return 0;
  const struct lyd_node *scope = reference->apex ? lyw_ancestor(node, reference->apex) : NULL;
  if (reference->apex && !scope) return 0;
  const char *text;
  if (lydict_insert(lyw_checked->context->ctx, lyd_value_get_canonical(lyw_checked->context->ctx, value), 0, &text)) __builtin_trap();
  const struct lyw_entry *entry = lyw_index_find(lyw_checked, reference->index, scope, text);
  lydict_remove(lyw_checked->context->ctx, text);
  for (; entry; entry = entry->next) {
    if (has_keys(reference, entry->node, node)) return 1;
  }
  return 0;
}
