// Types of leaves as JSON, with their limits in words that a model's author wrote.
#include "schema-dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *base_name(LY_DATA_TYPE type) {
  switch (type) {
  case LY_TYPE_BINARY: return "binary";
  case LY_TYPE_UINT8: return "uint8";
  case LY_TYPE_UINT16: return "uint16";
  case LY_TYPE_UINT32: return "uint32";
  case LY_TYPE_UINT64: return "uint64";
  case LY_TYPE_STRING: return "string";
  case LY_TYPE_BITS: return "bits";
  case LY_TYPE_BOOL: return "boolean";
  case LY_TYPE_DEC64: return "decimal64";
  case LY_TYPE_EMPTY: return "empty";
  case LY_TYPE_ENUM: return "enumeration";
  case LY_TYPE_IDENT: return "identityref";
  case LY_TYPE_INST: return "instance-identifier";
  case LY_TYPE_LEAFREF: return "leafref";
  case LY_TYPE_UNION: return "union";
  case LY_TYPE_INT8: return "int8";
  case LY_TYPE_INT16: return "int16";
  case LY_TYPE_INT32: return "int32";
  case LY_TYPE_INT64: return "int64";
  default: return "string";
  }
}

static void format_bound(char *text, size_t size, int64_t value, bool is_unsigned, uint8_t digits) {
  if (is_unsigned) {
    snprintf(text, size, "%" PRIu64, (uint64_t)value);
  } else if (!digits) {
    snprintf(text, size, "%" PRId64, value);
  } else {
    uint64_t scale = 1, magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (uint8_t i = 0; i < digits; i++) scale *= 10;
    snprintf(text, size, "%s%" PRIu64 ".%0*" PRIu64, value < 0 ? "-" : "", magnitude / scale, (int)digits, magnitude % scale);
    for (size_t end = strlen(text) - 1; text[end] == '0' && text[end - 1] != '.'; end--) text[end] = '\0';
  }
}

static void dump_range(const char *member, const struct lysc_range *range, bool is_unsigned, uint8_t digits) {
  if (!range) return;
  char low[32], high[32];
  lyw_dump_member(member);
  lyw_put_u8(&lyw_out, '"');
  LY_ARRAY_COUNT_TYPE u;
  LY_ARRAY_FOR(range->parts, u) {
    format_bound(low, sizeof low, range->parts[u].min_64, is_unsigned, digits);
    format_bound(high, sizeof high, range->parts[u].max_64, is_unsigned, digits);
    if (u) lyw_put_text(&lyw_out, " | ");
    lyw_put_text(&lyw_out, low);
    if (strcmp(low, high) == 0) continue;
    lyw_put_text(&lyw_out, "..");
    lyw_put_text(&lyw_out, high);
  }
  lyw_put_u8(&lyw_out, '"');
}

static void dump_names(const char *member, const struct lysc_type_bitenum_item *items) {
  LY_ARRAY_COUNT_TYPE u;
  lyw_dump_member(member);
  lyw_put_u8(&lyw_out, '[');
  LY_ARRAY_FOR(items, u) {
    if (u) lyw_put_u8(&lyw_out, ',');
    lyw_put_json_string(&lyw_out, items[u].name);
  }
  lyw_put_u8(&lyw_out, ']');
}

static void dump_patterns(const struct lysc_type_str *type) {
  LY_ARRAY_COUNT_TYPE u;
  if (!type->patterns) return;
  lyw_dump_member("patterns");
  lyw_put_u8(&lyw_out, '[');
  LY_ARRAY_FOR(type->patterns, u) {
    if (u) lyw_put_u8(&lyw_out, ',');
    lyw_put_json_string(&lyw_out, type->patterns[u]->expr);
  }
  lyw_put_u8(&lyw_out, ']');
}

static void dump_identities(struct lysc_ident **identities, bool *any) {
  LY_ARRAY_COUNT_TYPE u;
  LY_ARRAY_FOR(identities, u) {
    if (identities[u]->module->implemented) {
      struct lyw_buf name = {0};
      lyw_put_text(&name, identities[u]->module->name);
      lyw_put_u8(&name, ':');
      lyw_put_text(&name, identities[u]->name);
      if (*any) lyw_put_u8(&lyw_out, ',');
      lyw_put_json_string(&lyw_out, name.data);
      lyw_buf_free(&name);
      *any = true;
    }
    dump_identities(identities[u]->derived, any);
  }
}

static void dump_identityref(const struct lysc_type_identityref *type) {
  LY_ARRAY_COUNT_TYPE u;
  bool any = false;
  lyw_dump_member("identities");
  lyw_put_u8(&lyw_out, '[');
  LY_ARRAY_FOR(type->bases, u) dump_identities(type->bases[u]->derived, &any);
  lyw_put_u8(&lyw_out, ']');
}

static void dump_union(const struct lysc_type_union *type) {
  LY_ARRAY_COUNT_TYPE u;
  lyw_dump_member("members");
  lyw_put_u8(&lyw_out, '[');
  LY_ARRAY_FOR(type->types, u) {
    if (u) lyw_put_u8(&lyw_out, ',');
    lyw_dump_type(type->types[u]);
  }
  lyw_put_u8(&lyw_out, ']');
}

void lyw_dump_type(const struct lysc_type *type) {
  lyw_put_text(&lyw_out, "{\"base\":");
  lyw_put_json_string(&lyw_out, base_name(type->basetype));
  switch (type->basetype) {
  case LY_TYPE_UINT8:
  case LY_TYPE_UINT16:
  case LY_TYPE_UINT32:
  case LY_TYPE_UINT64:
    dump_range("range", ((const struct lysc_type_num *)type)->range, true, 0);
    break;
  case LY_TYPE_INT8:
  case LY_TYPE_INT16:
  case LY_TYPE_INT32:
  case LY_TYPE_INT64:
    dump_range("range", ((const struct lysc_type_num *)type)->range, false, 0);
    break;
  case LY_TYPE_DEC64:
    lyw_dump_number("fractionDigits", ((const struct lysc_type_dec *)type)->fraction_digits);
    dump_range("range", ((const struct lysc_type_dec *)type)->range, false, ((const struct lysc_type_dec *)type)->fraction_digits);
    break;
  case LY_TYPE_BINARY:
    dump_range("length", ((const struct lysc_type_bin *)type)->length, true, 0);
    break;
  case LY_TYPE_STRING:
    dump_range("length", ((const struct lysc_type_str *)type)->length, true, 0);
    dump_patterns((const struct lysc_type_str *)type);
    break;
  case LY_TYPE_ENUM:
    dump_names("enums", ((const struct lysc_type_enum *)type)->enums);
    break;
  case LY_TYPE_BITS:
    dump_names("bits", ((const struct lysc_type_bits *)type)->bits);
    break;
  case LY_TYPE_IDENT:
    dump_identityref((const struct lysc_type_identityref *)type);
    break;
  case LY_TYPE_LEAFREF:
    lyw_dump_text("path", lyxp_get_expr(((const struct lysc_type_leafref *)type)->path));
    lyw_dump_member("target");
    lyw_dump_type(((const struct lysc_type_leafref *)type)->realtype);
    break;
  case LY_TYPE_UNION:
    dump_union((const struct lysc_type_union *)type);
    break;
  default:
    break;
  }
  lyw_put_u8(&lyw_out, '}');
}
