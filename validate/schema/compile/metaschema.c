#include "validate/schema/compile/metaschema.h"

/* One member of "properties"; `name` and `value` without outer quotes. */
#define MEMBER(name, value) "\"" name "\":" value ","

#define ANYTHING "{}"
#define STRING "{\"type\":\"string\"}"
#define FORMATTED(format) "{\"type\":\"string\",\"format\":\"" format "\"}"
#define BOOLEAN "{\"type\":\"boolean\"}"
#define NUMBER "{\"type\":\"number\"}"
#define COUNT "{\"type\":\"integer\",\"minimum\":0}"
#define STRINGS(least)                                                         \
	"{\"type\":\"array\",\"items\":{\"type\":\"string\"},"                 \
	"\"uniqueItems\":true" least "}"
#define LIST_OF(schema)                                                        \
	"{\"type\":\"array\",\"minItems\":1,\"items\":" schema "}"
#define MAP_OF(schema)                                                         \
	"{\"type\":\"object\",\"additionalProperties\":" schema "}"
#define EITHER(a, b) "{\"anyOf\":[" a "," b "]}"
#define TYPE_NAME                                                              \
	"{\"enum\":[\"array\",\"boolean\",\"integer\",\"null\",\"number\","    \
	"\"object\",\"string\"]}"
#define TYPES                                                                  \
	EITHER(TYPE_NAME, "{\"type\":\"array\",\"items\":" TYPE_NAME           \
			  ",\"minItems\":1,\"uniqueItems\":true}")
#define PATTERNS(self)                                                         \
	"{\"type\":\"object\",\"additionalProperties\":" self                  \
	",\"propertyNames\":{\"format\":\"regex\"}}"

/* What all drafts have; `self` is a reference to the metaschema itself. */
#define COMMON(self, required)                                                 \
	MEMBER("$schema", FORMATTED("uri"))                                    \
	MEMBER("title", STRING)                                                \
	MEMBER("description", STRING)                                          \
	MEMBER("default", ANYTHING)                                            \
	MEMBER("multipleOf", "{\"type\":\"number\",\"not\":{\"maximum\":0}}")  \
	MEMBER("maximum", NUMBER)                                              \
	MEMBER("minimum", NUMBER)                                              \
	MEMBER("maxLength", COUNT)                                             \
	MEMBER("minLength", COUNT)                                             \
	MEMBER("pattern", FORMATTED("regex"))                                  \
	MEMBER("format", STRING)                                               \
	MEMBER("maxItems", COUNT)                                              \
	MEMBER("minItems", COUNT)                                              \
	MEMBER("uniqueItems", BOOLEAN)                                         \
	MEMBER("maxProperties", COUNT)                                         \
	MEMBER("minProperties", COUNT)                                         \
	MEMBER("required", required)                                           \
	MEMBER("properties", MAP_OF(self))                                     \
	MEMBER("definitions", MAP_OF(self))                                    \
	MEMBER("type", TYPES)                                                  \
	MEMBER("allOf", LIST_OF(self))                                         \
	MEMBER("anyOf", LIST_OF(self))                                         \
	MEMBER("oneOf", LIST_OF(self))                                         \
	MEMBER("not", self)

/* What draft 6 added. */
#define SINCE_6(self)                                                          \
	MEMBER("$ref", FORMATTED("uri-reference"))                             \
	MEMBER("examples", "{\"type\":\"array\"}")                             \
	MEMBER("exclusiveMaximum", NUMBER)                                     \
	MEMBER("exclusiveMinimum", NUMBER)                                     \
	MEMBER("additionalProperties", self)                                   \
	MEMBER("patternProperties", PATTERNS(self))                            \
	MEMBER("dependencies", MAP_OF(EITHER(self, STRINGS(""))))              \
	MEMBER("propertyNames", self)                                          \
	MEMBER("contains", self)                                               \
	MEMBER("const", ANYTHING)

/* What draft 7 added. */
#define SINCE_7(self)                                                          \
	MEMBER("$comment", STRING)                                             \
	MEMBER("readOnly", BOOLEAN)                                            \
	MEMBER("writeOnly", BOOLEAN)                                           \
	MEMBER("contentMediaType", STRING)                                     \
	MEMBER("contentEncoding", STRING)                                      \
	MEMBER("if", self)                                                     \
	MEMBER("then", self)                                                   \
	MEMBER("else", self)

/* What 2019-09 added. */
#define ANCHOR                                                                 \
	"{\"type\":\"string\",\"pattern\":\"^[A-Za-z_][-A-Za-z0-9._]*$\"}"
#define SINCE_2019(self)                                                       \
	MEMBER("$defs", MAP_OF(self))                                          \
	MEMBER("$anchor", ANCHOR)                                              \
	MEMBER("$vocabulary", MAP_OF(BOOLEAN))                                 \
	MEMBER("deprecated", BOOLEAN)                                          \
	MEMBER("contentSchema", self)                                          \
	MEMBER("maxContains", COUNT)                                           \
	MEMBER("minContains", COUNT)                                           \
	MEMBER("dependentRequired", MAP_OF(STRINGS("")))                       \
	MEMBER("dependentSchemas", MAP_OF(self))                               \
	MEMBER("unevaluatedItems", self)                                       \
	MEMBER("unevaluatedProperties", self)

#define ID_WITHOUT_FRAGMENT                                                    \
	"{\"type\":\"string\",\"format\":\"uri-reference\","                   \
	"\"pattern\":\"^[^#]*#?$\"}"

#define SELF "{\"$ref\":\"#\"}"
#define SELF_2019 "{\"$recursiveRef\":\"#\"}"
#define SELF_2020 "{\"$dynamicRef\":\"#meta\"}"

static const char draft_4[] =
	"{\"id\":\"http://json-schema.org/draft-04/schema#\","
	"\"$schema\":\"http://json-schema.org/draft-04/schema#\","
	"\"type\":\"object\",\"dependencies\":{"
	"\"exclusiveMaximum\":[\"maximum\"],"
	"\"exclusiveMinimum\":[\"minimum\"]},\"properties\":{" COMMON(
		SELF, STRINGS(",\"minItems\":1")) MEMBER("exclusiveMaximum",
							 BOOLEAN)
		MEMBER("exclusiveMinimum", BOOLEAN) MEMBER(
			"additionalItems",
			EITHER(BOOLEAN, SELF)) MEMBER("additionalProperties",
						      EITHER(BOOLEAN, SELF))
			MEMBER("patternProperties", MAP_OF(SELF)) MEMBER(
				"dependencies",
				MAP_OF(EITHER(SELF,
					      STRINGS(",\"minItems\":1"))))
				MEMBER("items", EITHER(SELF, LIST_OF(SELF)))
					MEMBER("enum",
					       "{\"type\":\"array\","
					       "\"minItems\":1}") "\"id\""
								  ":" STRING
								  "}}";

static const char draft_6[] =
	"{\"$id\":\"http://json-schema.org/draft-06/schema#\","
	"\"$schema\":\"http://json-schema.org/draft-06/schema#\","
	"\"type\":[\"object\",\"boolean\"],\"properties\":{" COMMON(
		SELF, STRINGS("")) SINCE_6(SELF) MEMBER("additionalItems", SELF)
		MEMBER("items", EITHER(SELF, LIST_OF(SELF)))
			MEMBER("enum",
			       "{\"type\":\"array\",\"minItems\":"
			       "1}") "\"$id\":" FORMATTED("uri-reference") "}}";

static const char draft_7[] =
	"{\"$id\":\"http://json-schema.org/draft-07/schema#\","
	"\"$schema\":\"http://json-schema.org/draft-07/schema#\","
	"\"type\":[\"object\",\"boolean\"],\"properties\":{" COMMON(
		SELF, STRINGS("")) SINCE_6(SELF) SINCE_7(SELF) MEMBER("addition"
								      "alItems",
								      SELF)
		MEMBER("items", EITHER(SELF, LIST_OF(SELF))) MEMBER(
			"enum",
			"{\"type\":\"array\"}") "\"$id\":" FORMATTED("uri-"
								     "referenc"
								     "e") "}}";

static const char draft_2019_09[] =
	"{\"$id\":\"https://json-schema.org/draft/2019-09/schema\","
	"\"$schema\":\"https://json-schema.org/draft/2019-09/schema\","
	"\"$recursiveAnchor\":true,"
	"\"type\":[\"object\",\"boolean\"],\"properties\":{" COMMON(
		SELF_2019, STRINGS("")) SINCE_6(SELF_2019) SINCE_7(SELF_2019)
		SINCE_2019(SELF_2019) MEMBER(
			"additionalItems",
			SELF_2019) MEMBER("items",
					  EITHER(SELF_2019, LIST_OF(SELF_2019)))
			MEMBER("enum", "{\"type\":\"array\"}") MEMBER(
				"$recursiveRef", FORMATTED("uri-reference"))
				MEMBER("$recursiveAnchor",
				       BOOLEAN) "\"$id\":" ID_WITHOUT_FRAGMENT
						"}}";

static const char draft_2020_12[] =
	"{\"$id\":\"https://json-schema.org/draft/2020-12/schema\","
	"\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
	"\"$dynamicAnchor\":\"meta\","
	"\"type\":[\"object\",\"boolean\"],\"properties\":{" COMMON(
		SELF_2020, STRINGS("")) SINCE_6(SELF_2020) SINCE_7(SELF_2020)
		SINCE_2019(SELF_2020) MEMBER(
			"prefixItems", LIST_OF(SELF_2020)) MEMBER("items",
								  SELF_2020)
			MEMBER("enum", "{\"type\":\"array\"}") MEMBER(
				"$dynamicRef", FORMATTED("uri-reference"))
				MEMBER("$dynamicAnchor",
				       ANCHOR) "\"$id\":" ID_WITHOUT_FRAGMENT
					       "}}";

static const struct {
	const char *name; /* behind "//json-schema.org/" */
	const char *text;
} metaschemas[] = {
	{"draft-04/schema", draft_4},
	{"draft-06/schema", draft_6},
	{"draft-07/schema", draft_7},
	{"draft/2019-09/schema", draft_2019_09},
	{"draft/2020-12/schema", draft_2020_12},
};

bool metaschema_find(const char *uri, struct span *out)
{
	static const char host[] = "://json-schema.org/";
	const char *at = strstr(uri, host);

	if (!at || (!span_starts(span_of(uri), "http:") &&
		    !span_starts(span_of(uri), "https:")))
		return false;
	for (size_t i = 0; i < array_size(metaschemas); i++) {
		if (strcmp(at + strlen(host), metaschemas[i].name) == 0) {
			*out = span_of(metaschemas[i].text);
			return true;
		}
	}
	return false;
}
