/*
 * Files that only become YAML once a template engine has filled them in.
 */
#ifndef VALIDATE_FORMATS_YAML_YAML_TEMPLATE_H
#define VALIDATE_FORMATS_YAML_YAML_TEMPLATE_H

#include "validate/base.h"

/*
 * Does a construct of Helm, Jinja or ERB begin between `from` and `to`, where
 * it stands for a line or a whole value? A static reason why the file cannot
 * be judged, or NULL. GitHub's `${{ }}` is none.
 */
const char *yaml_template_reason(struct span source, size_t from, size_t to);

#endif
