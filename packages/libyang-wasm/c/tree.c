// Data trees that live on: load, stage, keep, undo, validate, print.
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

static void begin(struct lyw_tree *tree) {
  lyw_top_use(tree);
  lyw_out.len = 0;
  ly_err_clean(tree->context->ctx, NULL);
}

static void collect_into(struct lyw_tree *tree, struct lyw_report *report, LY_ERR ret) {
  uint32_t before = report->count;
  if (ret) lyw_report_collect(report, tree->context->ctx, NULL, -1);
  if (ret && report->count == before) lyw_report_own(report, "operation-failed", "", "The data cannot be validated.", "/", -1);
  ly_err_clean(tree->context->ctx, NULL);
}

static void validate_into(struct lyw_tree *tree, struct lyw_report *report) {
  collect_into(tree, report, lyw_validate(tree));
}

/* libyang stops validating below a refused value: what else is wrong is found by staging the same data on an empty tree. */
static void find_all(struct lyw_tree *tree, const char *json, struct lyw_report *report) {
  lyw_active = tree;
  if (lyw_edit_root(tree, json, report)) validate_into(tree, report);
  lyw_active = NULL;
  lyw_journal_undo(tree);
}

/* First validation of a loaded tree, through its indexes. What it leaves behind is due at the next stage. */
static LY_ERR validate_loaded(struct lyw_tree *tree) {
  struct lyd_node *node;
  if (tree->root) tree->root = lyd_first_sibling(tree->root);
  LY_LIST_FOR(tree->root, node) {
    lyw_top_add(tree, node);
    lyw_index_add(tree, node);
  }
  lyw_dirty_begin(tree, true);
  lyw_active = tree;
  LY_ERR ret = lyw_validate(tree);
  lyw_active = NULL;
  lyw_dirty_end(tree);
  if (ret) return ret;
  lyw_dirty_keep(tree);
  lyw_journal_keep(tree);
  return LY_SUCCESS;
}

/* Parses and validates top-level JSON; emits the violations. */
void LYW_EXPORT(lyw_tree_load)(struct lyw_tree *tree, const char *json);
void lyw_tree_load(struct lyw_tree *tree, const char *json) {
  struct ly_ctx *ctx = tree->context->ctx;
  struct lyw_report report = {0};
  struct ly_in *in = NULL;
  begin(tree);
  lyw_index_free(tree);
  lyw_dirty_free(tree);
  lyw_top_free(tree);
  lyd_free_all(tree->root);
  tree->root = NULL;
  lyw_top_use(tree);
  if (ly_in_new_memory(json, &in)) __builtin_trap();
  uint32_t options = LYD_PARSE_STRICT | LYD_PARSE_NO_STATE | (tree->incremental ? LYD_PARSE_ONLY : 0);
  lyw_top_load(true);
  LY_ERR ret = lyd_parse_data(ctx, NULL, in, LYD_JSON, options, LYD_VALIDATE_NO_STATE | LYD_VALIDATE_MULTI_ERROR, &tree->root);
  lyw_top_load(false);
  ly_in_free(in, 0);
  if (!ret && tree->incremental) ret = validate_loaded(tree);
  if (ret) {
    struct lyw_report partial = {0};
    lyw_report_collect(&partial, ctx, "/", -1);
    lyw_journal_undo(tree);
    lyw_index_free(tree);
    lyw_top_free(tree);
    lyd_free_all(tree->root);
    tree->root = NULL;
    lyw_top_use(tree);
    find_all(tree, json, &report);
    if (report.count) {
      lyw_buf_free(&partial.buf);
    } else {
      lyw_buf_free(&report.buf);
      report = partial;
    }
    if (!report.count) lyw_report_own(&report, "malformed-message", "", "The JSON value cannot be read.", "/", -1);
  }
  if (tree->root) tree->root = lyd_first_sibling(tree->root);
  tree->validated = !report.count;
  ly_err_clean(ctx, NULL);
  lyw_report_emit(&report);
  lyw_buf_free(&report.buf);
}

static bool apply_all(struct lyw_tree *tree, struct lyw_in in, struct lyw_report *report) {
  uint32_t count = lyw_get_u32(&in);
  bool usable = true;
  for (uint32_t i = 0; i < count; i++) {
    if (!lyw_edit_apply(tree, &in, report, (int32_t)i)) usable = false;
  }
  return usable;
}

/* The same edits again, with full validation: marks of new data are gone after an attempt, so it starts over. */
static void stage_full(struct lyw_tree *tree, struct lyw_in in, struct lyw_report *report) {
  lyw_dirty_end(tree);
  lyw_journal_undo(tree);
  ly_err_clean(tree->context->ctx, NULL);
  lyw_report_reset(report);
  lyw_dirty_begin(tree, true);
  tree->full_stages++;
  if (apply_all(tree, in, report)) validate_into(tree, report);
}

static void put_changes(struct lyw_tree *tree) {
  struct lyw_buf violations = lyw_out;
  lyw_out = (struct lyw_buf){0};
  tree->left = INT64_MAX;
  tree->chunk_changes = UINT32_MAX;
  tree->chunk_bytes = SIZE_MAX;
  struct lyw_emit *emit = lyw_emit_new(tree);
  lyw_emit_step(emit);
  lyw_emit_free(emit);
  lyw_put(&violations, lyw_out.data, lyw_out.len);
  lyw_buf_free(&lyw_out);
  lyw_out = violations;
}

/* Packed: edit count, edits. Emits the violations, then the changes. With violations everything is undone. */
void LYW_EXPORT(lyw_tree_stage)(struct lyw_tree *tree, const char *input, size_t len);
void lyw_tree_stage(struct lyw_tree *tree, const char *input, size_t len) {
  struct lyw_in in = {input, input + len};
  struct lyw_report report = {0};
  begin(tree);
  if (tree->open) __builtin_trap();
  lyw_active = tree;
  // What was never validated has no verdict that could be built on.
  if (tree->incremental) lyw_dirty_begin(tree, !tree->validated);
  bool usable = apply_all(tree, in, &report);
  if (usable && (!tree->incremental || !tree->validated)) {
    validate_into(tree, &report);
  } else if (usable) {
    lyw_dirty_edited(tree);
    LY_ERR ret = tree->dirty->need_full ? LY_SUCCESS : lyw_validate_changed(tree);
    if (tree->dirty->need_full) stage_full(tree, in, &report);
    else collect_into(tree, &report, ret);
  }
  lyw_active = NULL;
  lyw_dirty_end(tree);
  lyw_report_emit(&report);
  if (report.count) lyw_journal_undo(tree);
  else put_changes(tree);
  tree->open = !report.count;
  lyw_buf_free(&report.buf);
}

void LYW_EXPORT(lyw_tree_keep)(struct lyw_tree *tree);
void lyw_tree_keep(struct lyw_tree *tree) {
  lyw_top_use(tree);
  lyw_dirty_keep(tree);
  lyw_journal_keep(tree);
  tree->validated = true;
  tree->open = false;
}

void LYW_EXPORT(lyw_tree_undo)(struct lyw_tree *tree);
void lyw_tree_undo(struct lyw_tree *tree) {
  lyw_top_use(tree);
  lyw_journal_undo(tree);
  tree->open = false;
}

/* Full check; what validation changes is undone, so that a check has no effect. */
void LYW_EXPORT(lyw_tree_validate)(struct lyw_tree *tree);
void lyw_tree_validate(struct lyw_tree *tree) {
  struct lyw_report report = {0};
  begin(tree);
  size_t open_steps = tree->step_count;
  lyw_active = tree;
  validate_into(tree, &report);
  lyw_active = NULL;
  if (tree->open) lyw_journal_undo_to(tree, open_steps);
  else lyw_journal_undo(tree);
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
  lyw_top_use(tree);
  if (tree->open) lyw_journal_undo(tree);
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
