// Data trees that live on: made, checked, freed.
#include "dirty.h"

#include <stdlib.h>
#include <string.h>

#include "tree_data_internal.h"

struct lyw_tree *LYW_EXPORT(lyw_tree_new)(struct lyw_context *context, int incremental);
struct lyw_tree *lyw_tree_new(struct lyw_context *context, int incremental) {
  struct lyw_tree *tree = calloc(1, sizeof *tree);
  if (!tree) __builtin_trap();
  tree->context = context;
  tree->incremental = incremental;
  return tree;
}

/* Full check; what validation changes is undone, so that a check has no effect. */
void LYW_EXPORT(lyw_tree_validate)(struct lyw_tree *tree);
void lyw_tree_validate(struct lyw_tree *tree) {
  struct lyw_report report = {0};
  lyw_top_use(tree);
  lyw_out.len = 0;
  ly_err_clean(tree->context->ctx, NULL);
  size_t open_steps = tree->step_count;
  lyw_active = tree;
  LY_ERR ret = lyw_validate(tree);
  lyw_active = NULL;
  if (ret) lyw_report_collect(&report, tree->context->ctx, NULL, -1);
  if (ret && !report.count) lyw_report_own(&report, "operation-failed", "", "The data cannot be validated.", "/", -1);
  ly_err_clean(tree->context->ctx, NULL);
  tree->left = INT64_MAX;
  lyw_journal_undo_step(tree, open_steps);
  if (!tree->open) lyw_journal_end(tree);
  lyw_sweep_step(tree);
  lyw_report_emit(&report);
  lyw_buf_free(&report.buf);
}

/* How many checks the last stage made, and how many stages needed full validation so far. */
uint32_t LYW_EXPORT(lyw_tree_checks)(struct lyw_tree *tree);
uint32_t lyw_tree_checks(struct lyw_tree *tree) {
  return tree->dirty ? (uint32_t)tree->dirty->visited : 0;
}

uint32_t LYW_EXPORT(lyw_tree_full_stages)(struct lyw_tree *tree);
uint32_t lyw_tree_full_stages(struct lyw_tree *tree) {
  return tree->full_stages;
}

void LYW_EXPORT(lyw_tree_free)(struct lyw_tree *tree);
void lyw_tree_free(struct lyw_tree *tree) {
  // Nothing can be given up half-way.
  while (tree->run) lyw_tree_step(tree, 0);
  if (tree->open) {
    lyw_tree_undo(tree);
    while (tree->run) lyw_tree_step(tree, 0);
  }
  lyw_top_use(tree);
  lyw_index_free(tree);
  lyw_dirty_free(tree);
  lyw_top_free(tree);
  lyd_free_all(tree->root);
  lyw_snapshots_clear(tree);
  free(tree->snapshots);
  free(tree->slots);
  free(tree->steps);
  free(tree);
}
