/*
 * In which encoding an XML file is, and what it says about that itself. The
 * reader gets UTF-8 whatever the file was in, so that positions count
 * characters.
 */
#ifndef VALIDATE_FORMATS_XML_XML_ENCODING_H
#define VALIDATE_FORMATS_XML_XML_ENCODING_H

#include "validate/format.h"

/*
 * Bring *source to UTF-8 by its XML declaration: ISO-8859-1 and windows-1252
 * are turned into UTF-8 in the arena. A declaration that does not agree with
 * the bytes is a finding; an encoding that is not read here makes the file
 * undecided. See format_decoder for the contract.
 */
format_decoder xml_decode;

#endif
