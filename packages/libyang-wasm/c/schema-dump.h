// Helpers of the schema dump: members of the JSON object that is being written to the result.
#ifndef LYW_SCHEMA_DUMP_H
#define LYW_SCHEMA_DUMP_H

#include "shim.h"

void lyw_dump_member(const char *name);
void lyw_dump_text(const char *name, const char *text);
void lyw_dump_number(const char *name, uint32_t number);
void lyw_dump_type(const struct lysc_type *type);

#endif
