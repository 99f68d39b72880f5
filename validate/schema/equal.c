#include "validate/schema/equal.h"

#include "validate/schema/number.h"

#include <strings.h>

enum { DEPTH_MAX = 2000 };

/* Take one step; false if there is none left. */
static bool spend(struct equal_budget *budget)
{
	if (budget->depth > DEPTH_MAX)
		budget->steps = 0;
	if (budget->steps == 0)
		return false;
	budget->steps--;
	return true;
}

static bool equal_numbers(const struct node *a, const struct node *b)
{
	struct number left;
	struct number right;

	if (span_equal(node_text(a), node_text(b)))
		return true;
	if (!number_read(node_text(a), &left) ||
	    !number_read(node_text(b), &right))
		return false;
	if (left.class == NUMBER_NAN || right.class == NUMBER_NAN)
		return left.class == right.class;
	return number_compare(&left, &right) == 0;
}

static bool equal_scalars(const struct node *a, const struct node *b)
{
	switch ((enum node_type)a->type) {
	case NODE_BOOL:
		return !((a->flags ^ b->flags) & NODE_TRUE);
	case NODE_NUMBER:
		return equal_numbers(a, b);
	case NODE_STRING:
		return span_equal(node_text(a), node_text(b));
	case NODE_NULL:
	case NODE_ARRAY:
	case NODE_OBJECT:
	case NODE_ALIAS:
		break;
	}
	return true;
}

static bool equal_arrays(struct equal_value a, struct equal_value b,
			 struct equal_budget *budget)
{
	const uint32_t end = a.doc->nodes[a.node].next;
	uint32_t left = a.node + 1;
	uint32_t right = b.node + 1;

	while (left < end) {
		if (!equal_values((struct equal_value){a.doc, left},
				  (struct equal_value){b.doc, right}, budget))
			return false;
		left = a.doc->nodes[left].next;
		right = b.doc->nodes[right].next;
	}
	return true;
}

/* Keys are equal by text, whatever type YAML sees in them. */
static bool equal_keys(struct equal_value a, struct equal_value b,
		       struct equal_budget *budget)
{
	const struct node *left = doc_node(a.doc, a.node);
	const struct node *right = doc_node(b.doc, b.node);

	if (node_is_container(left) || node_is_container(right))
		return equal_values(a, b, budget);
	return left->hash == right->hash &&
	       span_equal(node_text(left), node_text(right));
}

/* The value of `key` in object b; a guess at the same place is tried first. */
static uint32_t find_member(struct equal_value key, struct equal_value b,
			    uint32_t guess, struct equal_budget *budget)
{
	const uint32_t end = b.doc->nodes[b.node].next;
	uint32_t at = guess;

	for (uint32_t i = 0; i < b.doc->nodes[b.node].size; i++) {
		if (at >= end)
			at = b.node + 1;
		if (!spend(budget))
			return DOC_NONE;
		if (equal_keys(key, (struct equal_value){b.doc, at}, budget))
			return b.doc->nodes[at].next;
		at = b.doc->nodes[b.doc->nodes[at].next].next;
	}
	return DOC_NONE;
}

static bool equal_objects(struct equal_value a, struct equal_value b,
			  struct equal_budget *budget)
{
	const uint32_t end = a.doc->nodes[a.node].next;
	uint32_t guess = b.node + 1;
	uint32_t left = a.node + 1;

	while (left < end) {
		const uint32_t value = a.doc->nodes[left].next;
		const uint32_t other = find_member(
			(struct equal_value){a.doc, left}, b, guess, budget);

		if (other == DOC_NONE ||
		    !equal_values((struct equal_value){a.doc, value},
				  (struct equal_value){b.doc, other}, budget))
			return false;
		guess = b.doc->nodes[other].next;
		left = a.doc->nodes[value].next;
	}
	return true;
}

bool equal_values(struct equal_value a, struct equal_value b,
		  struct equal_budget *budget)
{
	a.node = doc_resolve(a.doc, a.node);
	b.node = doc_resolve(b.doc, b.node);

	const struct node *left = &a.doc->nodes[a.node];
	const struct node *right = &b.doc->nodes[b.node];

	if (!spend(budget) || left->type != right->type)
		return false;
	if (!node_is_container(left))
		return equal_scalars(left, right);
	if (left->size != right->size)
		return false;
	budget->depth++;

	const bool is_equal = left->type == NODE_ARRAY
				      ? equal_arrays(a, b, budget)
				      : equal_objects(a, b, budget);

	budget->depth--;
	return is_equal;
}

static uint32_t mix(uint32_t hash, uint32_t more)
{
	const uint64_t product = (hash ^ (uint64_t)more << 7 ^ 0x9e3779b9u) *
				 0xff51afd7ed558ccdu;

	return (uint32_t)(product ^ product >> 32);
}

static uint32_t hash_scalar(const struct node *node)
{
	struct number number;

	switch ((enum node_type)node->type) {
	case NODE_STRING:
		return doc_hash(node_text(node));
	case NODE_NUMBER:
		return number_read(node_text(node), &number)
			       ? number_hash(&number)
			       : 0;
	case NODE_BOOL:
		return node->flags & NODE_TRUE ? 3 : 2;
	case NODE_NULL:
	case NODE_ARRAY:
	case NODE_OBJECT:
	case NODE_ALIAS:
		break;
	}
	return 1;
}

/* Order counts in arrays only: members are added up. */
static uint32_t hash_container(const struct doc *doc, uint32_t container,
			       struct equal_budget *budget)
{
	const struct node *node = &doc->nodes[container];
	const bool is_object = node->type == NODE_OBJECT;
	uint32_t hash = mix(node->type, node->size);

	for (uint32_t at = container + 1; at < node->next && budget->steps;) {
		const uint32_t value = is_object ? doc->nodes[at].next : at;
		const uint32_t more = equal_hash_within(doc, value, budget);
		const struct node *key = doc_node(doc, at);

		if (!is_object)
			hash = mix(hash, more);
		else if (node_is_container(key))
			hash += more;
		else
			hash += mix(key->hash, more);
		at = doc->nodes[value].next;
	}
	return hash;
}

uint32_t equal_hash_within(const struct doc *doc, uint32_t node,
			   struct equal_budget *budget)
{
	const uint32_t index = doc_resolve(doc, node);

	if (!spend(budget))
		return 0;
	if (!node_is_container(&doc->nodes[index]))
		return hash_scalar(&doc->nodes[index]);
	budget->depth++;

	const uint32_t hash = hash_container(doc, index, budget);

	budget->depth--;
	return hash;
}

uint32_t equal_hash(const struct doc *doc, uint32_t node)
{
	struct equal_budget budget = {.steps = UINT64_MAX};

	return equal_hash_within(doc, node, &budget);
}

int equal_boolean(struct span text)
{
	static const char *const names[] = {"false", "true", "no",
					    "yes",   "off",  "on"};

	for (int i = 0; i < (int)array_size(names); i++)
		if (text.size == strlen(names[i]) &&
		    strncasecmp(text.data, names[i], text.size) == 0)
			return i % 2;
	return -1;
}

bool equal_untyped(struct span text, const struct node *wanted)
{
	struct number left;
	struct number right;

	switch ((enum node_type)wanted->type) {
	case NODE_STRING:
		return span_equal(text, node_text(wanted));
	case NODE_BOOL:
		return equal_boolean(text) == !!(wanted->flags & NODE_TRUE);
	case NODE_NUMBER:
		return number_is_json(text) && number_read(text, &left) &&
		       number_read(node_text(wanted), &right) &&
		       number_compare(&left, &right) == 0;
	case NODE_NULL:
	case NODE_ARRAY:
	case NODE_OBJECT:
	case NODE_ALIAS:
		break;
	}
	return false;
}
