#include "validate/validate.h"

#include "validate/association/association.h"
#include "validate/decode.h"
#include "validate/suppress/suppress.h"

#include <errno.h>

/* One validation under way. */
struct validation {
	const struct plan *plan;
	const struct host *host;
	struct arena *arena;
	struct doc doc;
	struct findings findings;
	struct suppressor suppressor;
};

/* 1 to go on, 0 when a finding says why not, or the arena's error. */
static int decode(struct validation *run, struct span *source)
{
	const int r = decode_content(run->plan->choice.format, run->arena,
				     &run->findings, source);

	doc_init(&run->doc, run->arena, *source, run->plan->limits.nodes);
	return r;
}

static int read_document(struct validation *run, struct span source,
			 const char **skip)
{
	const struct format *format = run->plan->choice.format;
	struct parse parse = {
		.source = source,
		.limits = &run->plan->limits,
		.host = run->host,
		.dialect = run->plan->choice.dialect,
		.doc = &run->doc,
		.findings = &run->findings,
	};

	host_phase(run->host, format->key, PHASE_BEGIN);

	const int r = format->read(&parse);

	host_phase(run->host, format->key, PHASE_END);
	*skip = parse.skip;
	return r;
}

static void use_suppressor(struct validation *run)
{
	if (suppress_is_active(&run->suppressor))
		run->findings.suppressor = &run->suppressor;
}

/* Has reading found anything, suppressed or not? */
static bool has_findings(const struct validation *run,
			 const struct findings *before)
{
	uint32_t any = run->findings.added - before->added;

	for (int i = 0; i < SUPPRESSED_COUNT; i++)
		any |= run->suppressor.counts[i];
	return any > 0;
}

/*
 * What the comments suppress is known when the file has been read. If reading
 * has found anything by then, it is read again, to find the rest of it.
 */
static int read_suppressed(struct validation *run, struct span source,
			   const char **skip)
{
	const struct findings before = run->findings;
	int r = read_document(run, source, skip);

	if (r || *skip || run->findings.is_undecided)
		return r;
	r = suppress_read(&run->suppressor, &run->doc, run->host);
	if (r || !run->suppressor.mutes.count)
		return r;
	if (!has_findings(run, &before)) {
		use_suppressor(run);
		return 0;
	}
	suppress_restart(&run->suppressor);
	run->findings = before;
	use_suppressor(run);
	doc_init(&run->doc, run->arena, source, run->plan->limits.nodes);
	return read_document(run, source, skip);
}

static int judge(struct validation *run, struct span content,
		 struct verdict **out)
{
	struct association association = {.plan = run->plan,
					  .host = run->host,
					  .arena = run->arena,
					  .doc = &run->doc,
					  .findings = &run->findings};
	const char *skip = NULL;
	int r = decode(run, &content);

	if (r > 0)
		r = read_suppressed(run, content, &skip);
	if (r == 0 && skip && !run->arena->error)
		return verdict_plain(run->plan->distrusts_content
					     ? STATE_ERROR
					     : STATE_SKIPPED,
				     skip, out);
	if (r == 0 && !run->findings.is_undecided)
		r = association_apply(&association);
	if (r)
		return r;
	suppress_settle(&run->suppressor, &run->findings, &run->doc);

	const char *schemas = association_names(&association);

	return schemas ? verdict_build(&run->findings, &run->doc, schemas, out)
		       : run->arena->error;
}

int validate_bytes(const struct plan *plan, struct span content,
		   const struct host *host, struct arena *arena,
		   struct verdict **out)
{
	struct validation run = {.plan = plan, .host = host, .arena = arena};

	if (plan->skip || !plan->choice.format)
		return verdict_plain(
			STATE_SKIPPED,
			plan->skip ? plan->skip : "no known format", out);
	if (plan->choice.format->unavailable)
		return verdict_plain(STATE_SKIPPED,
				     plan->choice.format->unavailable, out);
	if (content.size > UINT32_MAX / 2)
		return verdict_plain(STATE_ERROR, "larger than 2 GiB", out);
	arena->limit_bytes = plan->limits.arena_bytes;
	arena_reset(arena);
	findings_init(&run.findings, arena, plan->limits.findings);

	int r = suppress_init(&run.suppressor, plan, arena);

	use_suppressor(&run);
	if (r == 0)
		r = judge(&run, content, out);

	/* The arena's limit is a property of the content, memory is not. */
	if (r == -E2BIG)
		return verdict_plain(STATE_ERROR,
				     "needs more memory than the limit", out);
	return r;
}
