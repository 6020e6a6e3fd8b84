// What is done to a tree goes on slice by slice: stage, load, keep and undo. Between slices other trees of the instance have their turn.
#include "dirty.h"
#include "edit.h"

#include <stdlib.h>
#include <string.h>

enum kind { STAGE, LOAD, KEEP, UNDO };

enum part { EDITS, SPREAD, CHECK, EMIT, TAKE_BACK, SWEEP, END };

struct lyw_run {
  enum kind kind;
  enum part part;
  char *input; /* packed edits, or JSON */
  size_t len;
  struct lyw_in in;
  uint32_t count; /* edits that are left */
  int32_t index;
  struct lyw_edit *edit;
  bool usable;
  struct lyw_report report;
  struct lyw_report found; /* by validation, which counts when it fails */
  struct lyw_check *check;
  struct lyw_emit *emit;
};

static void begin_edits(struct lyw_tree *tree) {
  struct lyw_run *run = tree->run;
  run->part = EDITS;
  run->usable = true;
  run->index = 0;
  run->in = (struct lyw_in){run->input, run->input + run->len};
  run->count = run->kind == LOAD ? 1 : lyw_get_u32(&run->in);
}

static void collect(struct lyw_tree *tree, struct lyw_report *report, LY_ERR ret) {
  uint32_t before = report->count;
  if (ret) lyw_report_collect(report, tree->context->ctx, NULL, -1);
  if (ret && report->count == before) lyw_report_own(report, "operation-failed", "", "The data cannot be validated.", "/", -1);
  ly_err_clean(tree->context->ctx, NULL);
}

/* libyang's own validation of everything cannot be taken apart. */
static void validate_all(struct lyw_tree *tree) {
  collect(tree, &tree->run->report, lyw_validate(tree));
}

/* The same edits again, with full validation: marks of new data are gone after an attempt, so it starts over. */
static void start_over(struct lyw_tree *tree) {
  struct lyw_run *run = tree->run;
  int64_t left = tree->left;
  lyw_dirty_end(tree);
  tree->left = INT64_MAX;
  lyw_journal_undo_step(tree, 0);
  lyw_journal_end(tree);
  tree->left = left;
  ly_err_clean(tree->context->ctx, NULL);
  lyw_report_reset(&run->report);
  lyw_report_reset(&run->found);
  lyw_dirty_begin(tree, true);
  tree->full_stages++;
  begin_edits(tree);
}

static void finish_stage(struct lyw_tree *tree) {
  struct lyw_run *run = tree->run;
  lyw_dirty_end(tree);
  free(run->input);
  run->input = NULL;
  if (run->report.count) {
    run->part = TAKE_BACK;
  } else if (run->kind == LOAD) {
    lyw_dirty_keep(tree);
    lyw_journal_keep(tree);
    run->part = SWEEP;
  } else {
    run->part = EMIT;
    run->emit = lyw_emit_new(tree);
  }
}

static bool is_full(const struct lyw_tree *tree) {
  return !tree->incremental || tree->dirty->full;
}

static void apply(struct lyw_tree *tree) {
  struct lyw_run *run = tree->run;
  if (!run->edit && run->count) {
    run->count--;
    run->edit = run->kind == LOAD ? lyw_edit_new_root(tree, run->input, run->len, &run->report)
                                  : lyw_edit_new(tree, &run->in, &run->report, run->index++);
  }
  if (run->edit) {
    if (!lyw_edit_step(run->edit)) return;
    if (!lyw_edit_end(run->edit)) run->usable = false;
    run->edit = NULL;
    return;
  }
  if (!run->usable) {
    finish_stage(tree);
  } else if (is_full(tree)) {
    validate_all(tree);
    finish_stage(tree);
  } else {
    run->part = SPREAD;
  }
}

static void spread(struct lyw_tree *tree) {
  struct lyw_run *run = tree->run;
  if (!lyw_dirty_spread_step(tree)) return;
  if (tree->dirty->need_full) {
    start_over(tree);
    return;
  }
  run->part = CHECK;
  run->check = lyw_check_new(tree);
}

static void check(struct lyw_tree *tree) {
  struct lyw_run *run = tree->run;
  bool done = lyw_check_step(run->check);
  // Records of the context must not mix with those of another tree.
  lyw_report_collect(&run->found, tree->context->ctx, NULL, -1);
  if (!done) return;
  LY_ERR ret = lyw_check_end(run->check);
  run->check = NULL;
  if (tree->dirty->need_full) {
    start_over(tree);
    return;
  }
  if (ret) {
    lyw_put(&run->report.buf, run->found.buf.data, run->found.buf.len);
    run->report.count += run->found.count;
    if (!run->found.count) collect(tree, &run->report, ret);
  }
  finish_stage(tree);
}

static void take_back(struct lyw_tree *tree) {
  if (!lyw_journal_undo_step(tree, 0)) return;
  lyw_journal_end(tree);
  tree->run->part = SWEEP;
}

static void advance(struct lyw_tree *tree) {
  struct lyw_run *run = tree->run;
  switch (run->part) {
  case EDITS:
    apply(tree);
    break;
  case SPREAD:
    spread(tree);
    break;
  case CHECK:
    check(tree);
    break;
  case EMIT:
    if (lyw_emit_step(run->emit)) run->part = SWEEP;
    break;
  case TAKE_BACK:
    take_back(tree);
    break;
  case SWEEP:
    if (lyw_sweep_step(tree)) run->part = END;
    break;
  case END:
    break;
  }
}

/* Frees the run; its violations are the result. */
static void end_run(struct lyw_tree *tree) {
  struct lyw_run *run = tree->run;
  lyw_out.len = 0;
  if (run->kind == STAGE || run->kind == LOAD) lyw_report_emit(&run->report);
  if (run->kind == STAGE) tree->open = !run->report.count;
  if (run->kind == LOAD) tree->validated = !run->report.count;
  lyw_emit_free(run->emit);
  lyw_buf_free(&run->report.buf);
  lyw_buf_free(&run->found.buf);
  free(run->input);
  free(run);
  tree->run = NULL;
}

enum answer { ANSWER_MORE, ANSWER_CHANGES, ANSWER_DONE };

/* One slice. The result holds a chunk of changes, or in the end the violations. */
int LYW_EXPORT(lyw_tree_step)(struct lyw_tree *tree, uint32_t budget);
int lyw_tree_step(struct lyw_tree *tree, uint32_t budget) {
  struct lyw_run *run = tree->run;
  tree->left = budget ? budget : INT64_MAX;
  lyw_top_use(tree);
  ly_err_clean(tree->context->ctx, NULL);
  lyw_out.len = 0;
  if (run->kind == STAGE || run->kind == LOAD) lyw_active = run->part < EMIT ? tree : NULL;
  while (run->part != END && tree->left > 0 && !lyw_out.len) {
    advance(tree);
    if (run->part >= EMIT) lyw_active = NULL;
  }
  lyw_active = NULL;
  lyw_top_use(tree);
  if (lyw_out.len) return ANSWER_CHANGES;
  if (run->part != END) return ANSWER_MORE;
  end_run(tree);
  return ANSWER_DONE;
}

static struct lyw_run *begin_run(struct lyw_tree *tree, enum kind kind, char *input, size_t len) {
  if (tree->run) __builtin_trap();
  struct lyw_run *run = calloc(1, sizeof *run);
  if (!run) __builtin_trap();
  run->kind = kind;
  run->input = input;
  run->len = len;
  tree->run = run;
  lyw_top_use(tree);
  return run;
}

/* Nothing that an empty tree lacks was checked yet; what is there and was never valid must be checked as a whole. */
static void begin_dirty(struct lyw_tree *tree) {
  if (!tree->incremental) return;
  lyw_dirty_begin(tree, !tree->validated && tree->root);
  if (!tree->validated && !tree->root) lyw_dirty_all(tree);
}

/*
 * Packed edits, made by lyw_alloc and taken over: edit count, edits. `piece`: bytes of JSON, and `chunk`: number of changes in one step;
 * 0: all. With violations everything is undone.
 */
void LYW_EXPORT(lyw_tree_stage)(struct lyw_tree *tree, char *input, size_t len, uint32_t piece, uint32_t chunk);
void lyw_tree_stage(struct lyw_tree *tree, char *input, size_t len, uint32_t piece, uint32_t chunk) {
  if (tree->open) __builtin_trap();
  begin_run(tree, STAGE, input, len);
  tree->piece_bytes = piece ? piece : SIZE_MAX;
  tree->chunk_changes = chunk ? chunk : UINT32_MAX;
  tree->chunk_bytes = chunk ? 1u << 20 : SIZE_MAX;
  begin_dirty(tree);
  begin_edits(tree);
}

/* Top-level JSON that ends in NUL, made by lyw_alloc and taken over, becomes all content. */
void LYW_EXPORT(lyw_tree_load)(struct lyw_tree *tree, char *json, size_t len, uint32_t piece);
void lyw_tree_load(struct lyw_tree *tree, char *json, size_t len, uint32_t piece) {
  begin_run(tree, LOAD, json, len);
  lyw_index_free(tree);
  lyw_dirty_free(tree);
  lyw_top_free(tree);
  if (tree->root) lyw_throw_away(tree, tree->root);
  tree->root = NULL;
  tree->validated = false;
  lyw_top_use(tree);
  tree->piece_bytes = piece ? piece : SIZE_MAX;
  begin_dirty(tree);
  begin_edits(tree);
}

void LYW_EXPORT(lyw_tree_keep)(struct lyw_tree *tree);
void lyw_tree_keep(struct lyw_tree *tree) {
  begin_run(tree, KEEP, NULL, 0)->part = SWEEP;
  lyw_dirty_keep(tree);
  lyw_journal_keep(tree);
  tree->validated = true;
  tree->open = false;
}

void LYW_EXPORT(lyw_tree_undo)(struct lyw_tree *tree);
void lyw_tree_undo(struct lyw_tree *tree) {
  begin_run(tree, UNDO, NULL, 0)->part = TAKE_BACK;
  tree->open = false;
}

/* Bytes of the input that were read. */
uint32_t LYW_EXPORT(lyw_tree_read)(struct lyw_tree *tree);
uint32_t lyw_tree_read(struct lyw_tree *tree) {
  const struct lyw_run *run = tree->run;
  if (!run) return 0;
  if (!run->input) return (uint32_t)run->len;
  if (run->edit) return (uint32_t)(lyw_edit_place(run->edit, run->input + run->len) - run->input);
  return run->kind == LOAD ? (uint32_t)run->len : (uint32_t)(run->in.at - run->input);
}
