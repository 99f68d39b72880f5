/*
 * The words for every keyword. What the schema says may be shown; of what the
 * file says only names of keys, unless the user asks for values.
 */
#ifndef VALIDATE_SCHEMA_EVALUATE_WORDS_H
#define VALIDATE_SCHEMA_EVALUATE_WORDS_H

#include "validate/schema/evaluate/evaluation.h"

enum { WORDS_SIZE = 400 };

/* A message being written, about one violation. */
struct message {
	const struct evaluation *evaluation;
	const struct violation *violation;
	const uint32_t *code; /* of the violation; NULL: the type */
	const struct node *node;
	size_t size;
	char text[WORDS_SIZE];
};

/* Say in `message->text` what is wrong. */
void words_say(struct message *message);

#endif
