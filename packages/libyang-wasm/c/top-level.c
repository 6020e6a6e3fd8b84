// Finds top-level nodes by hash: libyang has tables only for children of a node, and walks all top-level entries otherwise.
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "hash_table.h"
#include "tree_data_internal.h"

/* The tree that the call of the host is about. */
static struct lyw_tree *current;

static ly_bool is_equal(void *one_p, void *two_p, ly_bool mod, void *data) {
  const struct lyd_node *one = *(struct lyd_node **)one_p, *two = *(struct lyd_node **)two_p;
  (void)data;
  if (mod) return one == two;
  if (one->schema->nodetype & (LYS_LIST | LYS_LEAFLIST)) return !lyd_compare_single(one, two, 0);
  return one->schema == two->schema;
}

void lyw_top_use(struct lyw_tree *tree) {
  current = tree && tree->incremental ? tree : NULL;
  if (!current || current->top) return;
  current->top = lyht_new(64, sizeof(struct lyd_node *), is_equal, NULL, 1);
  current->top_first = calloc(tree->context->plan->schema_count + 1, sizeof *current->top_first);
  if (!current->top || !current->top_first) __builtin_trap();
}

void lyw_top_add(struct lyw_tree *tree, struct lyd_node *node) {
  const struct lyw_schema *schema = lyw_schema_of(node);
  if (node->parent || !schema || tree != current || node->flags & LYW_TOP) return;
  struct lyd_node **first = &tree->top_first[schema->order];
  node->flags |= LYW_TOP;
  if (lyht_insert(tree->top, &node, node->hash, NULL)) __builtin_trap();
  if (!*first || node->next == *first) *first = node;
}

void lyw_top_remove(struct lyw_tree *tree, struct lyd_node *node) {
  if (!(node->flags & LYW_TOP) || tree != current) return;
  struct lyd_node **first = &tree->top_first[lyw_schema_of(node)->order];
  // The mark stays until the node is unlinked, which itself looks for siblings.
  lyht_remove(tree->top, &node, node->hash);
  if (*first == node) *first = node->next && node->next->schema == node->schema ? node->next : NULL;
}

void lyw_top_free(struct lyw_tree *tree) {
  if (tree->top) lyht_free(tree->top, NULL);
  free(tree->top_first);
  tree->top = NULL;
  tree->top_first = NULL;
  if (current == tree) current = NULL;
}

/* The following are called by libyang. 0: it searches itself. */
int lyw_top_schema(const struct lyd_node *siblings, const struct lysc_node *schema, struct lyd_node **match) {
  if (!current || !siblings || !(siblings->flags & LYW_TOP) || !schema->priv || lysc_data_parent(schema)) return 0;
  *match = current->top_first[((const struct lyw_schema *)schema->priv)->order];
  return 1;
}

int lyw_top_instance(const struct lyd_node *siblings, const struct lyd_node *target, struct lyd_node **match) {
  if (!current || !siblings || !(siblings->flags & LYW_TOP) || !target->schema || !target->hash || lysc_is_dup_inst_list(target->schema)) return 0;
  struct lyd_node **found;
  *match = lyht_find(current->top, (void *)&target, target->hash, (void **)&found) ? NULL : *found;
  return 1;
}

struct lyd_node *lyw_top_sibling(const struct lyd_node *node) {
  if (!current || !(node->flags & LYW_TOP) || !current->root || current->root->prev->next) return NULL;
  return current->root;
}

/* While a tree is loaded, every top-level node is known at once, or putting in the next would walk all. */
static bool loading;

void lyw_top_load(bool on) {
  loading = on;
}

void lyw_top_inserted(struct lyd_node *node) {
  if (loading && current && !lysc_data_parent(node->schema)) lyw_top_add(current, node);
}

struct ly_ht *lyw_top_table(const struct lyd_node *node) {
  return current && node->flags & LYW_TOP ? current->top : NULL;
}
