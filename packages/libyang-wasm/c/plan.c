// Works out what must, when and leafref expressions of a model read: paths, the ancestor they turn at, and equality predicates.
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "ly_common.h"
#include "plugins_internal.h"
#include "tree_schema_internal.h"

bool lyw_is_at_or_above(const struct lysc_node *above, const struct lysc_node *node) {
  if (!above) return true;
  while (node && node != above) node = lysc_data_parent(node);
  return node == above;
}

const struct lysc_node *lyw_common(const struct lysc_node *one, const struct lysc_node *two) {
  while (one && !lyw_is_at_or_above(one, two)) one = lysc_data_parent(one);
  return one;
}

/* Where a path stands; NULL is the root. */
struct path {
  const struct lysc_node *at;
  const struct lysc_node *apex;
  struct lyw_narrow narrow;
  bool empty; /* leads nowhere in this model */
};

enum operand_kind { OPERAND_PATH, OPERAND_TRUTH, OPERAND_TEXT, OPERAND_NUMBER };

struct operand {
  enum operand_kind kind;
  struct path path;
  size_t jump_from; /* jumps that were planned within the path's own steps */
  size_t jump_to;
};

struct scan {
  struct lyw_plan *plan;
  struct ly_ctx *ctx;
  const struct lyxp_expr *exp;
  void *prefixes;
  const struct lys_module *module;
  const struct lysc_node *owner;
  const struct lysc_node *current;
  enum lyw_kind kind;
  uint32_t tok;
  const char *failed;
  bool transient; /* reads implicit nodes that have a when */
  struct lyw_reference *reference; /* leafrefs only */
};

static struct lyw_schema *schema_of(const struct lysc_node *node) {
  return node->priv;
}

static struct lyw_index *add_index(struct lyw_plan *plan, enum lyw_index_kind kind, const struct lysc_node *node,
    const struct lysc_node *scope, const struct lysc_node_leaf **leaves) {
  for (size_t i = 0; i < plan->index_count; i++) {
    struct lyw_index *known = plan->indexes[i];
    if (known->kind == kind && known->node == node && known->scope == scope && known->leaves == leaves) return known;
  }
  struct lyw_index *index = calloc(1, sizeof *index);
  if (!index) __builtin_trap();
  *index = (struct lyw_index){(uint32_t)plan->index_count + 1, kind, node, scope, leaves};
  plan->indexes = lyw_grow(plan->indexes, &plan->index_cap, plan->index_count + 1, sizeof *plan->indexes);
  plan->indexes[plan->index_count++] = index;
  struct lyw_schema *schema = schema_of(node);
  schema->indexes = lyw_grow(schema->indexes, &schema->index_cap, schema->index_count + 1, sizeof *schema->indexes);
  schema->indexes[schema->index_count++] = index;
  return index;
}

static bool is_token(const struct scan *scan, uint32_t tok, enum lyxp_token token) {
  return tok < scan->exp->used && scan->exp->tokens[tok] == token;
}

static bool is_text(const struct scan *scan, uint32_t tok, const char *text) {
  return tok < scan->exp->used && scan->exp->tok_len[tok] == strlen(text) &&
      strncmp(scan->exp->expr + scan->exp->tok_pos[tok], text, strlen(text)) == 0;
}

static void fail(struct scan *scan, const char *reason) {
  if (!scan->failed) scan->failed = reason;
}

static const struct lysc_node *find_child(struct scan *scan, const struct lysc_node *at, uint32_t tok) {
  const char *name = scan->exp->expr + scan->exp->tok_pos[tok];
  uint32_t len = scan->exp->tok_len[tok];
  const struct lys_module *module = scan->module;
  const char *colon = memchr(name, ':', len);
  if (colon) {
    module = ly_resolve_prefix(scan->ctx, name, (size_t)(colon - name), LY_VALUE_SCHEMA_RESOLVED, scan->prefixes);
    len -= (uint32_t)(colon + 1 - name);
    name = colon + 1;
  }
  if (!module || !module->implemented || !module->compiled) return NULL;
  const struct lysc_node *found = lys_find_child(at, module, name, len, 0, 0);
  return found && found->priv ? found : NULL;
}

static const struct lysc_type *type_of(const struct lysc_node *leaf) {
  const struct lysc_type *type = ((const struct lysc_node_leaf *)leaf)->type;
  return type->basetype == LY_TYPE_LEAFREF ? ((const struct lysc_type_leafref *)type)->realtype : type;
}

static bool is_integer(const struct lysc_type *type) {
  switch (type->basetype) {
  case LY_TYPE_INT8:
  case LY_TYPE_INT16:
  case LY_TYPE_INT32:
  case LY_TYPE_INT64:
  case LY_TYPE_UINT8:
  case LY_TYPE_UINT16:
  case LY_TYPE_UINT32:
  case LY_TYPE_UINT64:
    return true;
  default:
    return false;
  }
}

/* Whether XPath finds two values equal only if their canonical texts are. */
static bool compares_as_text(const struct lysc_node *one, const struct lysc_node *two) {
  const struct lysc_type *a = type_of(one), *b = type_of(two);
  if (is_integer(a) && is_integer(b)) return true;
  return a->plugin == b->plugin && (a->basetype == LY_TYPE_STRING || a->basetype == LY_TYPE_BOOL || a->basetype == LY_TYPE_ENUM);
}

/* Names down from a node through containers to a leaf, or the node itself. */
static const struct lysc_node *scan_down(struct scan *scan, uint32_t *tok, const struct lysc_node *at) {
  if (is_token(scan, *tok, LYXP_TOKEN_DOT)) {
    ++*tok;
    return at->nodetype & LYD_NODE_TERM ? at : NULL;
  }
  for (;;) {
    if (!is_token(scan, *tok, LYXP_TOKEN_NAMETEST)) return NULL;
    at = find_child(scan, at, (*tok)++);
    if (!at) return NULL;
    if (at->nodetype == LYS_LEAF) return at;
    if (at->nodetype != LYS_CONTAINER || !is_token(scan, *tok, LYXP_TOKEN_OPER_PATH)) return NULL;
    ++*tok;
  }
}

/* current() and a path without predicates to a leaf. */
static const struct lysc_node *scan_current(struct scan *scan, uint32_t *tok) {
  if (!is_token(scan, *tok, LYXP_TOKEN_FUNCNAME) || !is_text(scan, *tok, "current") || !scan->current) return NULL;
  *tok += 3;
  const struct lysc_node *at = scan->current;
  while (is_token(scan, *tok, LYXP_TOKEN_OPER_PATH)) {
    ++*tok;
    if (is_token(scan, *tok, LYXP_TOKEN_DDOT)) at = lysc_data_parent(at);
    else if (is_token(scan, *tok, LYXP_TOKEN_NAMETEST)) at = find_child(scan, at, *tok);
    else if (!is_token(scan, *tok, LYXP_TOKEN_DOT)) return NULL;
    if (!at) return NULL;
    ++*tok;
  }
  return at->nodetype & LYD_NODE_TERM ? at : NULL;
}

struct equality {
  const struct lysc_node *leaf;
  const struct lysc_node *value;
  uint32_t from, to; /* tokens of the value */
};

/* `leaf = current()/path`, either way round, between bracket or `and` and bracket or `and`. */
static bool scan_equality(struct scan *scan, uint32_t *tok, const struct lysc_node *step, struct equality *found) {
  uint32_t at = *tok;
  found->leaf = scan_down(scan, &at, step);
  if (found->leaf) {
    if (!is_token(scan, at, LYXP_TOKEN_OPER_EQUAL)) return false;
    found->from = ++at;
    found->value = scan_current(scan, &at);
    found->to = at;
  } else {
    at = found->from = *tok;
    found->value = scan_current(scan, &at);
    found->to = at;
    if (!found->value || !is_token(scan, at, LYXP_TOKEN_OPER_EQUAL)) return false;
    ++at;
    found->leaf = scan_down(scan, &at, step);
  }
  if (!found->leaf || !found->value) return false;
  *tok = at;
  return (is_token(scan, at, LYXP_TOKEN_BRACK2) || (is_token(scan, at, LYXP_TOKEN_OPER_LOG) && is_text(scan, at, "and"))) &&
      compares_as_text(found->leaf, found->value);
}

static bool only_single(const struct lysc_node *from, const struct lysc_node *to) {
  for (; to && to != from; to = lysc_data_parent(to)) {
    if (to->nodetype & (LYS_LIST | LYS_LEAFLIST)) return false;
  }
  return true;
}

static const struct lysc_node *target_of(const struct scan *scan) {
  return scan->kind == LYW_ON_WHEN ? lysc_data_parent(scan->owner) : scan->owner;
}

static void use_equality(struct scan *scan, struct path *path, const struct equality *equality) {
  if (path->narrow.owners || !lyw_is_at_or_above(path->apex, equality->value)) return;
  const struct lysc_node *target = target_of(scan);
  if (target && !lyw_is_at_or_above(path->apex, target)) return;
  // From the value back to its owner without passing a list downwards.
  if (!only_single(target ? lyw_common(target, equality->value) : NULL, target)) return;
  path->narrow.step = path->at;
  path->narrow.leaf = equality->leaf;
  path->narrow.owners = add_index(scan->plan, LYW_BY_VALUE, equality->value, path->apex, NULL);
}

static struct operand scan_or(struct scan *scan, const struct path *context);

static void add_dep(struct scan *scan, const struct lysc_node *node, const struct path *path) {
  // A key of an entry above the owner never changes while the owner is there.
  // Those of a leafref's predicates come and go with what it refers to.
  if (lysc_is_key(node) && scan->reference) return;
  if (lysc_is_key(node) && path->apex && lyw_is_at_or_above(lysc_data_parent(node), path->apex)) return;
  struct lyw_schema *schema = schema_of(node);
  for (const struct lyw_dep *dep = schema->deps; dep; dep = dep->next) {
    if (dep->kind == scan->kind && dep->owner == scan->owner && dep->apex == path->apex && dep->narrow.owners == path->narrow.owners &&
        dep->narrow.leaf == path->narrow.leaf && dep->narrow.step == path->narrow.step) return;
  }
  struct lyw_dep *dep = calloc(1, sizeof *dep);
  if (!dep) __builtin_trap();
  *dep = (struct lyw_dep){scan->kind, scan->owner, path->apex, path->narrow, schema->deps};
  schema->deps = dep;
  scan->plan->deps = lyw_grow(scan->plan->deps, &scan->plan->dep_cap, scan->plan->dep_count + 1, sizeof *scan->plan->deps);
  scan->plan->deps[scan->plan->dep_count++] = dep;
}

/* Somebody reads what a path leads to; `value`: its text, not only whether it is there. */
static void read_path(struct scan *scan, const struct path *path, bool value) {
  if (path->empty) return;
  if (!path->at) {
    if (value) fail(scan, "it reads the text of the whole tree");
    return;
  }
  if (value && !(path->at->nodetype & LYD_NODE_TERM)) {
    fail(scan, "it reads the text of a node with children");
    return;
  }
  for (const struct lysc_node *node = path->at; node; node = lysc_data_parent(node)) {
    const struct lyw_schema *schema = schema_of(node);
    if (schema->when && schema->may_default && !lyw_is_at_or_above(node, scan->owner)) scan->transient = true;
  }
  add_dep(scan, path->at, path);
}

static void drop_jumps(struct scan *scan, const struct operand *operand) {
  for (size_t i = operand->jump_from; i < operand->jump_to; i++) scan->plan->jumps[i].usable = false;
}

/* Reads an operand; ordered: the order of the nodes matters. */
static void read_operand(struct scan *scan, const struct operand *operand, bool value, bool ordered) {
  if (operand->kind != OPERAND_PATH) return;
  read_path(scan, &operand->path, value);
  if (ordered) drop_jumps(scan, operand);
}

static void plan_jump(struct scan *scan, struct operand *operand, uint32_t first, const struct lysc_node *from, uint32_t end,
    const struct lysc_node *step, const struct equality *equality) {
  if (!(step->nodetype & (LYS_LIST | LYS_LEAFLIST))) return;
  for (const struct lysc_node *node = step; node && node != from; node = lysc_data_parent(node)) {
    if (schema_of(node)->when) return;
  }
  struct lyw_plan *plan = scan->plan;
  const struct lyxp_expr *exp = scan->exp;
  uint32_t start = exp->tok_pos[equality->from];
  uint32_t last = equality->to - 1;
  struct lyxp_expr *value = NULL;
  if (lyxp_expr_parse(scan->ctx, exp->expr + start, exp->tok_pos[last] + exp->tok_len[last] - start, 1, &value)) return;
  plan->jumps = lyw_grow(plan->jumps, &plan->jump_cap, plan->jump_count + 1, sizeof *plan->jumps);
  plan->jumps[plan->jump_count++] = (struct lyw_jump){exp, first, end, from, step,
      add_index(plan, LYW_BY_VALUE, equality->leaf, from, NULL), value, true};
  operand->jump_to = plan->jump_count;
}

/* Only a plain conjunction narrows: an `or` beside it would let others in. */
static bool is_conjunction(const struct scan *scan) {
  int depth = 1;
  for (uint32_t i = scan->tok; i < scan->exp->used && depth; i++) {
    if (is_token(scan, i, LYXP_TOKEN_BRACK1) || is_token(scan, i, LYXP_TOKEN_PAR1)) depth++;
    if (is_token(scan, i, LYXP_TOKEN_BRACK2) || is_token(scan, i, LYXP_TOKEN_PAR2)) depth--;
    if (depth == 1 && is_token(scan, i, LYXP_TOKEN_OPER_LOG) && is_text(scan, i, "or")) return false;
  }
  return true;
}

static void scan_predicates(struct scan *scan, struct operand *operand, uint32_t first, const struct lysc_node *from) {
  struct path *path = &operand->path;
  bool is_first = true;
  while (!scan->failed && is_token(scan, scan->tok, LYXP_TOKEN_BRACK1)) {
    uint32_t bracket = scan->tok++;
    if (!path->empty && path->at && is_conjunction(scan)) {
      struct equality equality;
      uint32_t at = scan->tok;
      for (;;) {
        if (scan_equality(scan, &at, path->at, &equality)) {
          if (scan->reference) {
            struct lyw_reference *reference = scan->reference;
            if (reference->key_count < 4 && equality.leaf->flags & LYS_KEY) {
              reference->keys[reference->key_count++] = (struct lyw_reference_key){path->at, equality.leaf, equality.value};
            } else {
              reference->index = NULL;
              reference->key_count = 5;
            }
          } else {
            use_equality(scan, path, &equality);
          }
          if (is_first && first && !scan->reference) plan_jump(scan, operand, first, from, bracket, path->at, &equality);
          is_first = false;
        } else if (scan->reference) {
          scan->reference->key_count = 5;
        }
        while (at < scan->exp->used && !is_token(scan, at, LYXP_TOKEN_OPER_LOG) && !is_token(scan, at, LYXP_TOKEN_BRACK2) &&
            !is_token(scan, at, LYXP_TOKEN_BRACK1) && !is_token(scan, at, LYXP_TOKEN_PAR1)) at++;
        if (!is_token(scan, at, LYXP_TOKEN_OPER_LOG) || !is_text(scan, at, "and")) break;
        at++;
      }
    }
    is_first = false;
    struct operand inner = scan_or(scan, path);
    if (inner.kind == OPERAND_NUMBER) fail(scan, "it reads a position in a list");
    read_operand(scan, &inner, false, false);
    if (!is_token(scan, scan->tok, LYXP_TOKEN_BRACK2)) fail(scan, "it is not understood");
    scan->tok++;
  }
}

static void go_up(struct path *path) {
  if (path->empty) return;
  if (!path->at) {
    path->empty = true;
    return;
  }
  path->at = lysc_data_parent(path->at);
  if (path->apex && !lyw_is_at_or_above(path->apex, path->at)) path->apex = path->at;
  if (!path->at) path->apex = NULL;
  if (path->narrow.owners && !lyw_is_at_or_above(path->narrow.step, path->at)) memset(&path->narrow, 0, sizeof path->narrow);
}

/* Steps from where the operand's path stands. */
static void scan_steps(struct scan *scan, struct operand *operand) {
  struct path *path = &operand->path;
  uint32_t first = 0;
  const struct lysc_node *from = NULL;
  for (;;) {
    if (is_token(scan, scan->tok, LYXP_TOKEN_DOT)) {
      scan->tok++;
      first = 0;
    } else if (is_token(scan, scan->tok, LYXP_TOKEN_DDOT)) {
      scan->tok++;
      go_up(path);
      first = 0;
    } else if (is_token(scan, scan->tok, LYXP_TOKEN_NAMETEST)) {
      if (memchr(scan->exp->expr + scan->exp->tok_pos[scan->tok], '*', scan->exp->tok_len[scan->tok])) {
        fail(scan, "it reads nodes of any name");
        return;
      }
      if (!first) {
        first = scan->tok;
        from = path->at;
      }
      const struct lysc_node *child = path->empty ? NULL : find_child(scan, path->at, scan->tok);
      scan->tok++;
      if (child) path->at = child;
      else path->empty = true;
      if (is_token(scan, scan->tok, LYXP_TOKEN_BRACK1)) {
        scan_predicates(scan, operand, first, from);
        first = 0;
      }
    } else {
      fail(scan, "it uses an axis or a step that is not followed");
      return;
    }
    if (is_token(scan, scan->tok, LYXP_TOKEN_BRACK1)) scan_predicates(scan, operand, 0, NULL);
    if (scan->failed) return;
    if (is_token(scan, scan->tok, LYXP_TOKEN_OPER_RPATH)) {
      fail(scan, "it reads nodes at any depth");
      return;
    }
    if (!is_token(scan, scan->tok, LYXP_TOKEN_OPER_PATH)) return;
    scan->tok++;
  }
}

static struct path path_of_current(const struct scan *scan) {
  return (struct path){.at = scan->current, .apex = scan->current};
}

static struct operand scan_function(struct scan *scan, const struct path *context) {
  static const char *const truths[] = {"not", "boolean", "true", "false", "contains", "starts-with", "re-match", "derived-from",
      "derived-from-or-self", "bit-is-set", NULL};
  static const char *const numbers[] = {"count", "sum", "number", "string-length", "floor", "ceiling", "round", "enum-value", NULL};
  static const char *const texts[] = {"string", "concat", "substring", "substring-before", "substring-after", "normalize-space",
      "translate", NULL};
  struct operand result = {.kind = OPERAND_TEXT, .jump_from = scan->plan->jump_count, .jump_to = scan->plan->jump_count};
  uint32_t name = scan->tok;
  scan->tok += 2;
  bool known = false;
  for (size_t i = 0; truths[i]; i++) if (is_text(scan, name, truths[i])) known = true, result.kind = OPERAND_TRUTH;
  for (size_t i = 0; numbers[i]; i++) if (is_text(scan, name, numbers[i])) known = true, result.kind = OPERAND_NUMBER;
  for (size_t i = 0; texts[i]; i++) if (is_text(scan, name, texts[i])) known = true, result.kind = OPERAND_TEXT;
  if (is_text(scan, name, "current")) {
    scan->tok++;
    result.kind = OPERAND_PATH;
    result.path = path_of_current(scan);
    if (is_token(scan, scan->tok, LYXP_TOKEN_OPER_PATH)) {
      scan->tok++;
      scan_steps(scan, &result);
    }
    return result;
  }
  if (!known) {
    fail(scan, is_text(scan, name, "deref") ? "deref() leads to other nodes when values change"
        : is_text(scan, name, "position") || is_text(scan, name, "last") ? "it reads a position in a list"
                                                                         : "it uses a function that is not followed");
    return result;
  }
  bool existence = is_text(scan, name, "not") || is_text(scan, name, "boolean") || is_text(scan, name, "count");
  bool unordered = existence || is_text(scan, name, "sum");
  if (is_token(scan, scan->tok, LYXP_TOKEN_PAR2)) {
    if (!is_text(scan, name, "true") && !is_text(scan, name, "false")) read_path(scan, context, true);
  }
  while (!scan->failed && !is_token(scan, scan->tok, LYXP_TOKEN_PAR2)) {
    struct operand argument = scan_or(scan, context);
    read_operand(scan, &argument, !existence, !unordered);
    if (is_token(scan, scan->tok, LYXP_TOKEN_COMMA)) scan->tok++;
    else if (!is_token(scan, scan->tok, LYXP_TOKEN_PAR2)) fail(scan, "it is not understood");
  }
  scan->tok++;
  if (is_token(scan, scan->tok, LYXP_TOKEN_OPER_PATH) || is_token(scan, scan->tok, LYXP_TOKEN_BRACK1) ||
      is_token(scan, scan->tok, LYXP_TOKEN_OPER_RPATH)) fail(scan, "it goes on from the result of a function");
  return result;
}

static struct operand scan_primary(struct scan *scan, const struct path *context) {
  struct operand result = {.kind = OPERAND_TEXT, .jump_from = scan->plan->jump_count, .jump_to = scan->plan->jump_count};
  if (scan->tok >= scan->exp->used) {
    fail(scan, "it is not understood");
    return result;
  }
  switch (scan->exp->tokens[scan->tok]) {
  case LYXP_TOKEN_LITERAL:
    scan->tok++;
    return result;
  case LYXP_TOKEN_NUMBER:
    scan->tok++;
    result.kind = OPERAND_NUMBER;
    return result;
  case LYXP_TOKEN_PAR1:
    scan->tok++;
    result = scan_or(scan, context);
    if (!is_token(scan, scan->tok, LYXP_TOKEN_PAR2)) fail(scan, "it is not understood");
    scan->tok++;
    if (is_token(scan, scan->tok, LYXP_TOKEN_OPER_PATH) || is_token(scan, scan->tok, LYXP_TOKEN_BRACK1) ||
        is_token(scan, scan->tok, LYXP_TOKEN_OPER_RPATH)) fail(scan, "it goes on from an expression in parentheses");
    return result;
  case LYXP_TOKEN_FUNCNAME:
    return scan_function(scan, context);
  case LYXP_TOKEN_OPER_PATH:
    scan->tok++;
    result.kind = OPERAND_PATH;
    memset(&result.path, 0, sizeof result.path);
    scan_steps(scan, &result);
    return result;
  case LYXP_TOKEN_DOT:
  case LYXP_TOKEN_DDOT:
  case LYXP_TOKEN_NAMETEST:
    result.kind = OPERAND_PATH;
    result.path = *context;
    scan_steps(scan, &result);
    return result;
  case LYXP_TOKEN_OPER_RPATH:
    fail(scan, "it reads nodes at any depth");
    return result;
  default:
    fail(scan, "it uses an axis or a step that is not followed");
    return result;
  }
}

static struct operand scan_union(struct scan *scan, const struct path *context) {
  struct operand result = scan_primary(scan, context);
  while (!scan->failed && is_token(scan, scan->tok, LYXP_TOKEN_OPER_UNI)) {
    read_operand(scan, &result, true, true);
    scan->tok++;
    result = scan_primary(scan, context);
    if (result.kind == OPERAND_PATH && !is_token(scan, scan->tok, LYXP_TOKEN_OPER_UNI)) {
      read_operand(scan, &result, true, true);
      drop_jumps(scan, &result);
    }
  }
  return result;
}

static bool is_binary(const struct scan *scan) {
  if (scan->tok >= scan->exp->used) return false;
  switch (scan->exp->tokens[scan->tok]) {
  case LYXP_TOKEN_OPER_EQUAL:
  case LYXP_TOKEN_OPER_NEQUAL:
  case LYXP_TOKEN_OPER_COMP:
  case LYXP_TOKEN_OPER_MATH:
    return true;
  default:
    return false;
  }
}

/* Comparisons and arithmetic: which binds tighter makes no difference to what is read. */
static struct operand scan_comparison(struct scan *scan, const struct path *context) {
  bool compares = false, computes = false;
  while (is_token(scan, scan->tok, LYXP_TOKEN_OPER_MATH)) {
    scan->tok++;
    computes = true;
  }
  struct operand result = scan_union(scan, context);
  if (computes) read_operand(scan, &result, true, true);
  while (!scan->failed && is_binary(scan)) {
    bool math = is_token(scan, scan->tok, LYXP_TOKEN_OPER_MATH);
    if (!math) compares = true;
    else computes = true;
    read_operand(scan, &result, true, math);
    scan->tok++;
    while (is_token(scan, scan->tok, LYXP_TOKEN_OPER_MATH)) {
      scan->tok++;
      math = computes = true;
    }
    result = scan_union(scan, context);
    read_operand(scan, &result, true, math);
  }
  if (compares) result.kind = OPERAND_TRUTH;
  else if (computes) result.kind = OPERAND_NUMBER;
  return result;
}

static struct operand scan_or(struct scan *scan, const struct path *context) {
  struct operand result = scan_comparison(scan, context);
  while (!scan->failed && is_token(scan, scan->tok, LYXP_TOKEN_OPER_LOG)) {
    read_operand(scan, &result, false, false);
    scan->tok++;
    result = scan_comparison(scan, context);
    read_operand(scan, &result, false, false);
    result.kind = OPERAND_TRUTH;
  }
  return result;
}

static void add_unbounded(struct lyw_plan *plan, const struct lysc_node *owner, const char *kind, const char *expression, const char *reason) {
  plan->unbounded = lyw_grow(plan->unbounded, &plan->unbounded_cap, plan->unbounded_count + 1, sizeof *plan->unbounded);
  plan->unbounded[plan->unbounded_count++] = (struct lyw_unbounded){owner, kind, expression, reason};
}

static void add_always(struct lyw_plan *plan, enum lyw_kind kind, const struct lysc_node *owner) {
  for (size_t i = 0; i < plan->always_count; i++) {
    if (plan->always[i].kind == kind && plan->always[i].owner == owner) return;
  }
  plan->always = lyw_grow(plan->always, &plan->always_cap, plan->always_count + 1, sizeof *plan->always);
  plan->always[plan->always_count++] = (struct lyw_always){kind, owner};
}

static const char *kind_name(enum lyw_kind kind) {
  switch (kind) {
  case LYW_ON_MUST: return "must";
  case LYW_ON_WHEN: return "when";
  case LYW_ON_LEAFREF: return "leafref";
  case LYW_ON_UNION: return "union";
  default: return "instance-identifier";
  }
}

/* Looks for dependencies of this constraint that are neither narrowed nor lead to one owner. */
static bool is_bounded(const struct scan *scan, size_t from) {
  const struct lysc_node *target = target_of(scan);
  for (size_t i = from; i < scan->plan->dep_count; i++) {
    const struct lyw_dep *dep = scan->plan->deps[i];
    if (!dep->narrow.owners && !only_single(dep->apex, lyw_is_at_or_above(dep->apex, target) ? target : scan->owner)) return false;
  }
  return true;
}

static void finish(struct scan *scan, size_t deps) {
  const char *expression = scan->exp->expr;
  if (scan->failed) {
    add_always(scan->plan, scan->kind, scan->owner);
    add_unbounded(scan->plan, scan->owner, kind_name(scan->kind), expression, scan->failed);
  } else if (!is_bounded(scan, deps)) {
    add_unbounded(scan->plan, scan->owner, kind_name(scan->kind), expression,
        "what it reads is shared by all entries of a list, and no equality with current() tells which of them a change affects");
  }
  if (scan->transient && scan->kind == LYW_ON_WHEN) {
    schema_of(scan->owner)->fragile_when = true;
    add_unbounded(scan->plan, scan->owner, "when", expression,
        "it reads a node with a default and a when of its own, so the whole tree is validated");
  }
}

static void scan_expression(struct scan *scan) {
  size_t deps = scan->plan->dep_count, jumps = scan->plan->jump_count;
  struct path context = path_of_current(scan);
  struct operand result = scan_or(scan, &context);
  read_operand(scan, &result, false, false);
  if (!scan->failed && scan->tok != scan->exp->used) fail(scan, "it is not understood");
  if (scan->failed) {
    for (size_t i = jumps; i < scan->plan->jump_count; i++) scan->plan->jumps[i].usable = false;
  }
  finish(scan, deps);
}

static void scan_musts(struct lyw_plan *plan, const struct lysc_node *node) {
  const struct lysc_must *musts = lysc_node_musts(node);
  LY_ARRAY_COUNT_TYPE u;
  LY_ARRAY_FOR(musts, u) {
    struct scan scan = {.plan = plan, .ctx = node->module->ctx, .exp = musts[u].cond, .prefixes = musts[u].prefixes,
        .module = node->module, .owner = node, .current = node, .kind = LYW_ON_MUST};
    scan_expression(&scan);
  }
}

static void scan_whens(struct lyw_plan *plan, const struct lysc_node *node) {
  const struct lysc_node *schema = node;
  do {
    struct lysc_when **whens = lysc_node_when(schema);
    LY_ARRAY_COUNT_TYPE u;
    LY_ARRAY_FOR(whens, u) {
      const struct lysc_node *current = whens[u]->context;
      while (current && current->nodetype & (LYS_CHOICE | LYS_CASE)) current = current->parent;
      struct scan scan = {.plan = plan, .ctx = node->module->ctx, .exp = whens[u]->cond, .prefixes = whens[u]->prefixes,
          .module = schema->module, .owner = node, .current = current, .kind = LYW_ON_WHEN};
      scan_expression(&scan);
    }
    schema = schema->parent;
  } while (schema && schema->nodetype & (LYS_CASE | LYS_CHOICE));
}

static bool is_plain_text(const struct lysc_type *type) {
  if (type->basetype == LY_TYPE_LEAFREF) type = ((const struct lysc_type_leafref *)type)->realtype;
  return type->basetype == LY_TYPE_STRING || type->basetype == LY_TYPE_ENUM || type->basetype == LY_TYPE_BOOL;
}

/* Whether every member writes the same value as the same text. */
static bool is_text_union(const struct lysc_type_union *type) {
  LY_ARRAY_COUNT_TYPE u;
  LY_ARRAY_FOR(type->types, u) {
    if (!is_plain_text(type->types[u])) return false;
  }
  return true;
}

static void scan_leafref(struct lyw_plan *plan, const struct lysc_node *node, const struct lysc_type_leafref *type, enum lyw_kind kind,
    bool same_text) {
  if (!type->require_instance) return;
  struct lyw_reference reference = {.type = type, .owner = node};
  struct scan scan = {.plan = plan, .ctx = node->module->ctx, .exp = type->path, .prefixes = type->prefixes, .module = node->module,
      .owner = node, .current = node, .kind = kind, .reference = &reference};
  size_t deps = plan->dep_count, jumps = plan->jump_count;
  struct path context = path_of_current(&scan);
  struct operand result = scan_primary(&scan, &context);
  for (size_t i = jumps; i < plan->jump_count; i++) plan->jumps[i].usable = false;
  if (!scan.failed && (scan.tok != scan.exp->used || result.kind != OPERAND_PATH || result.path.empty)) {
    fail(&scan, "it is not understood");
  }
  if (!scan.failed) {
    struct path *path = &result.path;
    memset(&path->narrow, 0, sizeof path->narrow);
    if (same_text) path->narrow = (struct lyw_narrow){path->at, path->at, add_index(plan, LYW_BY_VALUE, node, path->apex, NULL)};
    scan.reference = NULL;
    read_path(&scan, path, true);
    if (reference.key_count <= 4) {
      reference.apex = path->apex;
      reference.index = add_index(plan, LYW_BY_VALUE, path->at, path->apex, NULL);
      plan->references = lyw_grow(plan->references, &plan->reference_cap, plan->reference_count + 1, sizeof *plan->references);
      plan->references[plan->reference_count++] = reference;
    }
  }
  finish(&scan, deps);
}

static void scan_type(struct lyw_plan *plan, const struct lysc_node *node, const struct lysc_type *type) {
  LY_ARRAY_COUNT_TYPE u;
  if (type->basetype == LY_TYPE_LEAFREF) {
    scan_leafref(plan, node, (const struct lysc_type_leafref *)type, LYW_ON_LEAFREF, true);
    type = ((const struct lysc_type_leafref *)type)->realtype;
    if (type->basetype == LY_TYPE_UNION || type->basetype == LY_TYPE_INST) return;
  } else if (type->basetype == LY_TYPE_INST && ((const struct lysc_type_instanceid *)type)->require_instance) {
    add_always(plan, LYW_ON_INSTANCE, node);
    add_unbounded(plan, node, "instance-identifier", "", "it can refer to any node of the tree");
  } else if (type->basetype == LY_TYPE_UNION) {
    const struct lysc_type_union *type_union = (const struct lysc_type_union *)type;
    LY_ARRAY_FOR(type_union->types, u) {
      const struct lysc_type *member = type_union->types[u];
      if (member->basetype == LY_TYPE_LEAFREF) {
        scan_leafref(plan, node, (const struct lysc_type_leafref *)member, LYW_ON_UNION, is_text_union(type_union));
      } else if (member->basetype == LY_TYPE_INST && ((const struct lysc_type_instanceid *)member)->require_instance) {
        add_always(plan, LYW_ON_UNION, node);
        add_unbounded(plan, node, "union", "", "its instance-identifier can refer to any node of the tree");
      }
    }
  }
}

static bool may_default(const struct lysc_node *node) {
  switch (node->nodetype) {
  case LYS_LEAF: return ((const struct lysc_node_leaf *)node)->dflt;
  case LYS_LEAFLIST: return ((const struct lysc_node_leaflist *)node)->dflts;
  case LYS_CONTAINER: return !(node->flags & LYS_PRESENCE);
  default: return false;
  }
}

static void collect_schema(struct lyw_plan *plan, const struct lysc_node *parent, const struct lysc_module *module, uint32_t position) {
  const struct lysc_node *node = NULL;
  while ((node = lys_getnext(node, parent, module, 0))) {
    if (!(node->nodetype & (LYS_CONTAINER | LYS_LIST | LYS_LEAF | LYS_LEAFLIST | LYD_NODE_ANY)) || node->flags & LYS_CONFIG_R) continue;
    struct lyw_schema *schema = calloc(1, sizeof *schema);
    if (!schema) __builtin_trap();
    schema->node = node;
    schema->order = (uint32_t)plan->schema_count;
    schema->module = position;
    schema->must = lysc_node_musts(node) != NULL;
    schema->when = lysc_has_when(node) != NULL;
    schema->type = (node->nodetype & LYD_NODE_TERM) && ((const struct lysc_node_leaf *)node)->type->plugin->validate;
    schema->may_default = may_default(node);
    plan->schemas = lyw_grow(plan->schemas, &plan->schema_cap, plan->schema_count + 1, sizeof *plan->schemas);
    plan->schemas[plan->schema_count++] = schema;
    ((struct lysc_node *)node)->priv = schema;
    if (node->nodetype & (LYS_CONTAINER | LYS_LIST)) collect_schema(plan, node, NULL, position);
  }
}

/* Counting more entries than this costs more than keeping the count. */
#define LYW_COUNT_AT_MOST 16

static void plan_list(struct lyw_plan *plan, const struct lysc_node *node) {
  const struct lysc_node_list *list = (const struct lysc_node_list *)node;
  LY_ARRAY_COUNT_TYPE u, v;
  if (list->max != UINT32_MAX || list->min > LYW_COUNT_AT_MOST) {
    if (list->min > LYW_COUNT_AT_MOST || list->max > LYW_COUNT_AT_MOST) {
      add_index(plan, LYW_BY_PARENT, node, lysc_data_parent(node), NULL);
    }
  }
  LY_ARRAY_FOR(list->uniques, u) {
    const struct lysc_node_leaf **leaves = (const struct lysc_node_leaf **)list->uniques[u];
    struct lyw_index *index = add_index(plan, LYW_BY_TUPLE, node, lysc_data_parent(node), leaves);
    LY_ARRAY_FOR(leaves, v) {
      struct lyw_schema *leaf = schema_of(&leaves[v]->node);
      leaf->tuples = lyw_grow(leaf->tuples, &leaf->tuple_cap, leaf->tuple_count + 1, sizeof *leaf->tuples);
      leaf->tuples[leaf->tuple_count++] = index;
    }
  }
}

void lyw_plan_make(struct lyw_context *context) {
  struct lyw_plan *plan = calloc(1, sizeof *plan);
  if (!plan) __builtin_trap();
  context->plan = plan;
  uint32_t index = 0;
  const struct lys_module *module;
  while ((module = ly_ctx_get_module_iter(context->ctx, &index))) {
    if (!module->implemented) continue;
    plan->modules = lyw_grow(plan->modules, &plan->module_cap, plan->module_count + 1, sizeof *plan->modules);
    plan->modules[plan->module_count++] = module;
    if (module->compiled) collect_schema(plan, NULL, module->compiled, (uint32_t)plan->module_count - 1);
  }
  for (size_t i = 0; i < plan->schema_count; i++) {
    const struct lysc_node *node = plan->schemas[i]->node;
    if (node->nodetype == LYS_LIST) plan_list(plan, node);
    if (node->nodetype == LYS_LEAFLIST) {
      const struct lysc_node_leaflist *list = (const struct lysc_node_leaflist *)node;
      if (list->min > LYW_COUNT_AT_MOST || (list->max != UINT32_MAX && list->max > LYW_COUNT_AT_MOST)) {
        add_index(plan, LYW_BY_PARENT, node, lysc_data_parent(node), NULL);
      }
    }
    if (plan->schemas[i]->must) scan_musts(plan, node);
    if (plan->schemas[i]->when) scan_whens(plan, node);
    if (plan->schemas[i]->type) scan_type(plan, node, ((const struct lysc_node_leaf *)node)->type);
  }
  for (size_t i = 0; i < plan->schema_count; i++) {
    struct lyw_schema *schema = plan->schemas[i];
    if (!schema->deps && !schema->index_count && !schema->tuple_count) continue;
    for (const struct lysc_node *node = schema->node; node; node = lysc_data_parent(node)) schema_of(node)->marked = true;
  }
  lyw_plan_sort(plan);
}

void lyw_plan_free(struct lyw_context *context) {
  struct lyw_plan *plan = context->plan;
  if (!plan) return;
  for (size_t i = 0; i < plan->schema_count; i++) {
    free(plan->schemas[i]->indexes);
    free(plan->schemas[i]->tuples);
    free(plan->schemas[i]);
  }
  for (size_t i = 0; i < plan->index_count; i++) free(plan->indexes[i]);
  for (size_t i = 0; i < plan->dep_count; i++) free(plan->deps[i]);
  for (size_t i = 0; i < plan->jump_count; i++) lyxp_expr_free(context->ctx, plan->jumps[i].value);
  free(plan->schemas);
  free(plan->indexes);
  free(plan->deps);
  free(plan->always);
  free(plan->unbounded);
  free(plan->jumps);
  free(plan->references);
  free((void *)plan->modules);
  free(plan);
  context->plan = NULL;
}

/* The constraints that are not bounded, as JSON. */
void LYW_EXPORT(lyw_context_unbounded)(struct lyw_context *context);
void lyw_context_unbounded(struct lyw_context *context) {
  lyw_out.len = 0;
  lyw_put_u8(&lyw_out, '[');
  for (size_t i = 0; i < context->plan->unbounded_count; i++) {
    const struct lyw_unbounded *one = &context->plan->unbounded[i];
    char *path = lysc_path(one->owner, LYSC_PATH_DATA, NULL, 0);
    lyw_put_text(&lyw_out, i ? ",{\"path\":" : "{\"path\":");
    lyw_put_json_string(&lyw_out, path ? path : "");
    lyw_put_text(&lyw_out, ",\"kind\":");
    lyw_put_json_string(&lyw_out, one->kind);
    lyw_put_text(&lyw_out, ",\"expression\":");
    lyw_put_json_string(&lyw_out, one->expression);
    lyw_put_text(&lyw_out, ",\"reason\":");
    lyw_put_json_string(&lyw_out, one->reason);
    lyw_put_u8(&lyw_out, '}');
    free(path);
  }
  lyw_put_u8(&lyw_out, ']');
}

/* Leaves dependencies of these kinds out, so that a test can show that it finds a lost one. */
void LYW_EXPORT(lyw_context_disable)(struct lyw_context *context, uint32_t kinds);
void lyw_context_disable(struct lyw_context *context, uint32_t kinds) {
  context->plan->disabled = kinds;
}
