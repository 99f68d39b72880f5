#include "fs/config/config.h"

/* ISO C promises 4095 characters in a literal, gcc and clang any number. */
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* The preprocessor quotes it: what stands here is plain JSON. */
#define TEXT(...) #__VA_ARGS__

/* clang-format off */
const char config_schema_text[] = TEXT(
{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Configuration of a tree that cfgfs checks",
  "type": ["object", "null"],
  "additionalProperties": false,
  "$defs": {
    "patterns": {
      "title": "Patterns in gitignore syntax, from the root",
      "type": "array",
      "minItems": 1,
      "items": {"type": "string"}
    }
  },
  "properties": {
    "schemas": {
      "title": "Which schema a file has: the first entry that fits wins",
      "type": ["array", "null"],
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["schema"],
        "properties": {
          "files": {"$ref": "#/$defs/patterns"},
          "when": {
            "title": "Only documents that have these values at the top",
            "type": "object",
            "additionalProperties": {
              "type": ["string", "number", "boolean"]
            }
          },
          "schema": {
            "title": "Path of the schema from the root, its URL, or none",
            "type": "string",
            "pattern": "."
          }
        }
      }
    },
    "formats": {
      "title": "Format of files whose name does not tell it",
      "type": ["array", "null"],
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["files", "format"],
        "properties": {
          "files": {"$ref": "#/$defs/patterns"},
          "format": {
            "title": "Name of the format: yaml, json, toml, ini, ...",
            "type": "string"
          },
          "dialect": {
            "title": "Variant of the format: systemd, gitconfig, ...",
            "type": "string"
          }
        }
      }
    },
    "checks": {
      "title": "Programs that check files",
      "type": ["array", "null"],
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "files", "run"],
        "properties": {
          "id": {
            "title": "Name of the check",
            "type": "string",
            "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"
          },
          "files": {"$ref": "#/$defs/patterns"},
          "run": {
            "title": "The program and its arguments, {file} is the file",
            "type": "array",
            "minItems": 1,
            "items": {"type": "string"}
          },
          "inputs": {
            "title": "Other files that the program reads, as patterns",
            "type": "array",
            "items": {"type": "string"}
          },
          "timeout": {
            "title": "How long it may take: 500ms, 10s, 2m",
            "type": "string",
            "pattern": "^[0-9]+(ms|s|m|h)$"
          },
          "level": {
            "title": "The lowest level that runs it",
            "enum": ["fast", "standard", "thorough", "exhaustive"]
          },
          "priority": {
            "title": "Which checks come first",
            "enum": ["critical", "high", "normal", "low"]
          },
          "needs": {
            "title": "Checks that must have passed before",
            "type": "array",
            "items": {"type": "string"}
          }
        }
      }
    },
    "map": {
      "title": "Folders, from the root, for what the beginning of a URL names",
      "type": ["object", "null"],
      "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9+.-]*:[/]{2}."},
      "additionalProperties": {"type": "string", "pattern": "."}
    },
    "catalog": {
      "title": "Folder, from the root, with SchemaStore's catalog.json",
      "type": ["string", "null"],
      "pattern": "."
    },
    "cache": {
      "title": "Where verdicts are kept",
      "type": ["object", "null"],
      "additionalProperties": false,
      "properties": {
        "remote": {
          "title": "A Redis or Valkey server that machines share; counts only in a configuration that is trusted",
          "type": ["object", "null"],
          "additionalProperties": false,
          "required": ["url"],
          "properties": {
            "url": {
              "title": "redis, rediss (TLS) or unix, as in redis:, two slashes, cache.example:6379; or off",
              "type": "string",
              "pattern": "^(off$|(rediss?|unix):[/]{2}.)"
            },
            "key_file": {
              "title": "Full path of the file of 32 random bytes or more that signs entries; the same on all machines",
              "type": "string",
              "pattern": "^[/]"
            },
            "auth_file": {
              "title": "Full path of a file with the password, or with user and password on two lines",
              "type": "string",
              "pattern": "^[/]"
            },
            "ca_file": {
              "title": "Full path of certificates that count beside the system's",
              "type": "string",
              "pattern": "^[/]"
            },
            "namespace": {
              "title": "What the names of entries begin with",
              "type": "string",
              "pattern": "^[A-Za-z0-9._:-]{1,64}$"
            },
            "ttl": {
              "title": "How long the server keeps an entry: 12h, 30d; 0s for as long as it likes",
              "type": "string",
              "pattern": "^[0-9]+[smhdw]$"
            },
            "read_only": {
              "title": "Take entries from it, and give none",
              "type": "boolean"
            },
            "connect": {
              "title": "How long the first contact is waited for: 50ms",
              "type": "string",
              "pattern": "^[0-9]+(ms|s)$"
            },
            "answer": {
              "title": "How long answers are waited for in all: 50ms",
              "type": "string",
              "pattern": "^[0-9]+(ms|s)$"
            }
          }
        }
      }
    },
    "suppress": {
      "title": "Findings that do not count",
      "type": ["array", "null"],
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["files", "rules"],
        "properties": {
          "files": {"$ref": "#/$defs/patterns"},
          "rules": {
            "title": "Rules as findings show them, or groups",
            "type": "array",
            "minItems": 1,
            "items": {"type": "string"}
          },
          "reason": {
            "title": "Why",
            "type": "string"
          }
        }
      }
    },
    "policy": {
      "title": "What readers of a mount get of files that are not valid",
      "type": ["array", "null"],
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["files", "on_invalid"],
        "properties": {
          "files": {"$ref": "#/$defs/patterns"},
          "on_invalid": {
            "title": "The file, an error, or its last valid version",
            "enum": ["serve", "deny", "lastgood"]
          },
          "on_error": {
            "title": "The same where it could not be decided",
            "enum": ["serve", "deny", "lastgood"]
          }
        }
      }
    },
    "baseline": {
      "title": "Path of the baseline from the root",
      "type": ["string", "null"],
      "pattern": "."
    },
    "ignore": {
      "title": "What is not checked, in gitignore syntax",
      "type": ["array", "null"],
      "items": {"type": "string"}
    }
  }
});
/* clang-format on */
