// The journal of one staged set: every physical step on the tree, so that undo restores it exactly.
#include "shim.h"

#include <stdlib.h>
#include <string.h>

#include "hash_table.h"
#include "tree_data_internal.h"

struct lyd_node *lyw_parent(const struct lyd_node *node) {
  if (node->parent) return &node->parent->node;
  return (node->flags & LYW_HELD) ? node->priv : NULL;
}

bool lyw_is_attached(const struct lyd_node *node) {
  while (node->parent) node = &node->parent->node;
  return !(node->flags & LYW_HELD);
}

bool lyw_in_inserted(const struct lyd_node *node) {
  for (; node; node = lyw_parent(node)) {
    if (node->flags & LYW_INSERTED) return true;
  }
  return false;
}

struct lyd_node *lyw_children(const struct lyw_tree *tree, const struct lyd_node *parent) {
  return parent ? lyd_child(parent) : tree->root;
}

static struct lyw_step *add_step(struct lyw_tree *tree, enum lyw_step_kind kind, struct lyd_node *node) {
  tree->steps = lyw_grow(tree->steps, &tree->step_cap, tree->step_count + 1, sizeof *tree->steps);
  struct lyw_step *step = &tree->steps[tree->step_count++];
  memset(step, 0, sizeof *step);
  step->kind = kind;
  step->node = node;
  return step;
}

void lyw_journal_flags(struct lyw_tree *tree, struct lyd_node *node) {
  add_step(tree, LYW_FLAGS, node)->flags = node->flags & LYW_OWN_FLAGS;
}

/* Inserting and unlinking change the default flags of the containers above. */
static void note_ancestors(struct lyw_tree *tree, struct lyd_node *parent) {
  for (; parent; parent = lyd_parent(parent)) {
    if (parent->schema->nodetype == LYS_CONTAINER) lyw_journal_flags(tree, parent);
  }
}

static bool has_snapshot(const struct lysc_node *schema) {
  return schema->nodetype == LYS_LEAFLIST || lyw_is_user_ordered(schema);
}

static struct lyd_node *previous_entry(const struct lyd_node *node) {
  return (node->prev->next && node->prev->schema == node->schema) ? node->prev : NULL;
}

static void link_default(struct lyw_tree *tree, struct lyd_node *parent, struct lyd_node *node) {
  if (parent) {
    lyd_insert_node(parent, NULL, node, LYD_INSERT_NODE_DEFAULT);
  } else {
    lyd_insert_node(NULL, &tree->root, node, LYD_INSERT_NODE_DEFAULT);
    tree->root = lyd_first_sibling(tree->root);
  }
}

/* Puts a user-ordered entry behind prev, or before all others. */
static void link_ordered(struct lyw_tree *tree, struct lyd_node *parent, struct lyd_node *prev, struct lyd_node *node) {
  struct lyd_node *first = NULL;
  if (prev) {
    lyd_insert_after(prev, node);
  } else if (lyw_children(tree, parent) && !lyd_find_sibling_val(lyw_children(tree, parent), node->schema, NULL, 0, &first)) {
    lyd_insert_before(first, node);
  } else {
    link_default(tree, parent, node);
  }
  if (!parent) tree->root = lyd_first_sibling(node);
}

static void unlink_node(struct lyw_tree *tree, struct lyd_node *node) {
  if (tree->root == node) tree->root = node->next;
  lyd_unlink(node);
  node->flags &= ~LYW_TOP;
}

void lyw_journal_insert_unlisted(struct lyw_tree *tree, struct lyd_node *parent, struct lyd_node *node) {
  if (has_snapshot(node->schema)) lyw_snapshot_take(tree, parent, node->schema);
  note_ancestors(tree, parent);
  node->flags |= LYW_INSERTED;
  add_step(tree, LYW_INSERT, node);
  link_default(tree, parent, node);
  lyw_note_came(tree, node);
  lyw_note_fresh(tree, node);
}

void lyw_journal_inserted(struct lyw_tree *tree, struct lyd_node *node) {
  node->flags |= LYW_INSERTED;
  add_step(tree, LYW_INSERT, node);
  lyw_note_came(tree, node);
  lyw_index_add(tree, node);
}

void lyw_journal_remove(struct lyw_tree *tree, struct lyd_node *node) {
  lyw_index_remove(tree, node);
  lyw_journal_remove_unlisted(tree, node);
}

void lyw_journal_remove_unlisted(struct lyw_tree *tree, struct lyd_node *node) {
  struct lyd_node *parent = lyd_parent(node);
  if (has_snapshot(node->schema)) lyw_snapshot_take(tree, parent, node->schema);
  note_ancestors(tree, parent);
  struct lyw_step *step = add_step(tree, LYW_REMOVE, node);
  step->parent = parent;
  step->prev = previous_entry(node);
  lyw_note_goes(tree, node);
  unlink_node(tree, node);
  node->flags |= LYW_HELD;
  node->priv = parent;
}

void lyw_journal_move_after(struct lyw_tree *tree, struct lyd_node *prev, struct lyd_node *node) {
  struct lyd_node *parent = lyd_parent(node);
  lyw_snapshot_take(tree, parent, node->schema);
  note_ancestors(tree, parent);
  struct lyw_step *step = add_step(tree, LYW_MOVE, node);
  step->parent = parent;
  step->prev = previous_entry(node);
  lyw_top_remove(tree, node);
  unlink_node(tree, node);
  link_ordered(tree, parent, prev, node);
  lyw_top_add(tree, node);
  lyw_note_moved(tree, node);
}

void lyw_journal_value(struct lyw_tree *tree, struct lyd_node *node, struct lyd_value value) {
  if (node->schema->nodetype == LYS_LEAFLIST) lyw_snapshot_take(tree, lyd_parent(node), node->schema);
  add_step(tree, LYW_VALUE, node)->value = value;
  lyw_note_rewritten(tree, node);
}

static void relink(struct lyw_tree *tree, struct lyw_step *step) {
  if (lyw_is_user_ordered(step->node->schema)) link_ordered(tree, step->parent, step->prev, step->node);
  else link_default(tree, step->parent, step->node);
}

/* Takes a step back; false: the slice is used up, and it goes on with the same step. */
static bool undo_step(struct lyw_tree *tree, struct lyw_step *step) {
  struct lyd_node *node = step->node;
  tree->left--;
  switch (step->kind) {
  case LYW_INSERT:
    if (!lyw_index_remove_step(tree, node)) return false;
    lyw_note_goes(tree, node);
    unlink_node(tree, node);
    lyw_throw_away(tree, node);
    return true;
  case LYW_REMOVE:
    if (node->flags & LYW_HELD) {
      node->flags &= ~LYW_HELD;
      node->priv = NULL;
      relink(tree, step);
      lyw_note_came(tree, node);
    }
    return lyw_index_add_step(tree, node);
  case LYW_MOVE:
    lyw_top_remove(tree, node);
    unlink_node(tree, node);
    relink(tree, step);
    lyw_top_add(tree, node);
    return true;
  case LYW_FLAGS:
    node->flags = (node->flags & ~LYW_OWN_FLAGS) | step->flags;
    return true;
  case LYW_VALUE: {
    struct lyd_value *value = &((struct lyd_node_term *)node)->value;
    ((struct lysc_node_leaf *)node->schema)->type->plugin->free(LYD_CTX(node), value);
    *value = step->value;
    lyw_note_rewritten(tree, node);
    return true;
  }
  }
  return true;
}

bool lyw_journal_undo_step(struct lyw_tree *tree, size_t step_count) {
  while (tree->step_count > step_count) {
    if (tree->left <= 0 || !undo_step(tree, &tree->steps[tree->step_count - 1])) return false;
    tree->step_count--;
  }
  return true;
}

void lyw_journal_end(struct lyw_tree *tree) {
  tree->step_count = 0;
  if (tree->step_cap > LYW_KEPT_STEPS) {
    free(tree->steps);
    tree->steps = NULL;
    tree->step_cap = 0;
  }
  lyw_snapshots_clear(tree);
}

void lyw_journal_keep(struct lyw_tree *tree) {
  for (size_t i = 0; i < tree->step_count; i++) {
    struct lyw_step *step = &tree->steps[i];
    if (step->kind == LYW_INSERT) step->node->flags &= ~LYW_INSERTED;
    if (step->kind == LYW_VALUE) {
      ((struct lysc_node_leaf *)step->node->schema)->type->plugin->free(LYD_CTX(step->node), &step->value);
    }
  }
  for (size_t i = 0; i < tree->step_count; i++) {
    if (tree->steps[i].kind == LYW_REMOVE) lyw_throw_away(tree, tree->steps[i].node);
  }
  lyw_journal_end(tree);
}

void lyw_throw_away(struct lyw_tree *tree, struct lyd_node *siblings) {
  tree->trash = lyw_grow(tree->trash, &tree->trash_cap, tree->trash_count + 1, sizeof *tree->trash);
  tree->trash[tree->trash_count++] = siblings;
}

static struct lyd_node *inner_child(const struct lyd_node *node) {
  struct lyd_node *child = lyd_child(node);
  while (child && !(child->schema && child->schema->nodetype & LYD_NODE_INNER)) child = child->next;
  return child;
}

bool lyw_sweep_step(struct lyw_tree *tree) {
  lyw_top_use(NULL);
  while (tree->trash_count && tree->left > 0) {
    struct lyd_node **first = &tree->trash[tree->trash_count - 1], *node = *first, *child;
    tree->left -= 4;
    while ((child = inner_child(node))) node = child;
    if (node->parent) {
      // What is left of it is only freed.
      lyht_free(node->parent->children_ht, NULL);
      node->parent->children_ht = NULL;
    } else {
      *first = node->next;
      if (!node->next) tree->trash_count--;
    }
    lyd_free_tree(node);
  }
  lyw_top_use(tree);
  if (tree->trash_count) return false;
  free(tree->trash);
  tree->trash = NULL;
  tree->trash_cap = 0;
  return true;
}
