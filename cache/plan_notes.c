#include "cache/plan_notes.h"

void plan_notes_init(struct plan_notes *notes)
{
	*notes = (struct plan_notes){.known_count = 0};
	pthread_mutex_init(&notes->lock, NULL);
}

void plan_notes_release(struct plan_notes *notes)
{
	for (size_t i = 0; i < notes->count; i++)
		free(notes->list[i].text);
	pthread_mutex_destroy(&notes->lock);
}

static bool wants_locked(const struct plan_notes *notes,
			 const struct digest *plan)
{
	const size_t known = notes->known_count < PLAN_NOTES_KNOWN
				     ? notes->known_count
				     : PLAN_NOTES_KNOWN;

	for (size_t i = 0; i < known; i++)
		if (digest_equal(&notes->known[i], plan))
			return false;
	return notes->count < PLAN_NOTES_MAX;
}

bool plan_notes_wants(struct plan_notes *notes, const struct digest *plan)
{
	pthread_mutex_lock(&notes->lock);

	const bool wants = wants_locked(notes, plan);

	pthread_mutex_unlock(&notes->lock);
	return wants;
}

void plan_notes_add(struct plan_notes *notes, const struct digest *plan,
		    const char *text)
{
	char *copy = strlen(text) < PLAN_TEXT_MAX ? strdup(text) : NULL;

	pthread_mutex_lock(&notes->lock);
	if (wants_locked(notes, plan)) {
		notes->known[notes->known_count++ % PLAN_NOTES_KNOWN] = *plan;
		if (copy)
			notes->list[notes->count++] =
				(struct plan_note){*plan, copy};
		copy = NULL;
	}
	pthread_mutex_unlock(&notes->lock);
	free(copy);
}

void plan_notes_forget(struct plan_notes *notes)
{
	pthread_mutex_lock(&notes->lock);
	notes->known_count = 0;
	pthread_mutex_unlock(&notes->lock);
}

size_t plan_notes_take(struct plan_notes *notes, struct plan_note *list)
{
	pthread_mutex_lock(&notes->lock);

	const size_t count = notes->count;

	memcpy(list, notes->list, count * sizeof(*list));
	notes->count = 0;
	pthread_mutex_unlock(&notes->lock);
	return count;
}
