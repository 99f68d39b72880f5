/*
 * The readers, one a file. Each is the sole user of the library it wraps.
 */
#ifndef VALIDATE_FORMATS_FORMATS_H
#define VALIDATE_FORMATS_FORMATS_H

#include "validate/format.h"

/*
 * JSON (RFC 8259). Dialects: "" strict; "jsonc" with comments and trailing
 * commas; "ndjson" one document a line.
 */
format_reader read_json;

/* YAML 1.2 core over libyaml's events; many documents. */
format_reader read_yaml;

/* The version of libyaml that is loaded, static. */
const char *read_yaml_version(void);

/* TOML 1.0 and 1.1. */
format_reader read_toml;

/*
 * INI through inih. Dialects: "" generic; "systemd", "desktop", "keyfile",
 * "gitconfig", "mycnf" and "cnf" (keys without value), "openssl", "setupcfg"
 * (Python's configparser), "supervisor", "editorconfig", "npmrc", "php",
 * "uwsgi", "hg", "samba"; see ini/ini_dialect.c. The document
 * is an object of sections, each an object of keys; keys before the first
 * section are members of the root. Values are NODE_UNTYPED strings; a key
 * without value is "true".
 */
format_reader read_ini;

/* KEY=value files; the document is one object of NODE_UNTYPED strings. */
format_reader read_env;

/* Java properties; the document is as for read_env(). */
format_reader read_properties;

/*
 * XML, through expat: is it well-formed? External entities and DTDs are never
 * read; internal entities are expanded within bounds. The document is one
 * object without members, at the root element. A build without expat has no
 * such reader (see format.unavailable).
 */
format_reader read_xml;

/* The version of expat that is loaded, static; only in builds that have it. */
const char *read_xml_version(void);

/*
 * Add an error finding "key/duplicate" for every key of an object (closed,
 * with hashes) that repeats an earlier one; it names the line of the first.
 * `document` is the index of the object's document. 0, -ENOMEM or -E2BIG
 * (arena).
 */
must_check int formats_report_duplicates(struct parse *parse, uint32_t object,
					 uint32_t document);

enum { FORMATS_NAME_SIZE = 60 * 4 + 4 };

/*
 * A name of the file (a key, a section) as messages may print it: cut after 60
 * code points ("..."), what a terminal would obey or hide replaced by '?'.
 */
void formats_show_name(struct span name, char shown[static FORMATS_NAME_SIZE]);

enum { FORMATS_URL_SIZE = 100 * 4 + 4 };

/* The same for the URL or path of a schema: cut after 100 code points. */
void formats_show_url(struct span url, char shown[static FORMATS_URL_SIZE]);

#endif
