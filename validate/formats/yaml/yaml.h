/*
 * The two readers of YAML behind read_yaml(). The quick one knows what most
 * files consist of; what it leaves, libyaml reads from the start.
 */
#ifndef VALIDATE_FORMATS_YAML_YAML_H
#define VALIDATE_FORMATS_YAML_YAML_H

#include "validate/format.h"

/* Reads every file, over libyaml's events. For tests that compare. */
format_reader yaml_read_by_library;

#endif
