#include "validate/engine.h"

#include "validate/formats/formats.h"
#include "validate/schema/strings/idna/idna.h"
#include "validate/schema/strings/pattern.h"

#include <stdio.h>

/* A build without a reader for XML skips such files. */
static const char *xml_version(void)
{
#ifdef CFGFS_XML
	return read_xml_version();
#else
	return "none";
#endif
}

void engine_describe(char text[static ENGINE_TEXT_SIZE])
{
	char patterns[PATTERN_ENGINE_SIZE];

	pattern_describe_engine(patterns);
	snprintf(text, ENGINE_TEXT_SIZE, "%s, yaml %s, xml %s, idna %s",
		 patterns, read_yaml_version(), xml_version(), idna_unicode());
}
