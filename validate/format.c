#include "validate/format.h"

#include "validate/facts.h"
#include "validate/formats/formats.h"
#include "validate/formats/xml/xml_encoding.h"

static const struct format formats[] = {
	{.name = "yaml",
	 .key = "parse.yaml",
	 .read = read_yaml,
	 .may_be_utf16 = true},
	{.name = "json", .key = "parse.json", .read = read_json},
	{.name = "toml", .key = "parse.toml", .read = read_toml},
	{.name = "ini", .key = "parse.ini", .read = read_ini},
	{.name = "env", .key = "parse.env", .read = read_env},
	{.name = "properties",
	 .key = "parse.properties",
	 .read = read_properties},
	{.name = "jsonc", .key = "parse.json", .read = read_json},
	{.name = "ndjson", .key = "parse.json", .read = read_json},
	{.name = "xml",
	 .key = "parse.xml",
	 .is_syntax_only = true,
#ifdef CFGFS_XML
	 .read = read_xml,
	 .may_be_utf16 = true,
	 .decode = xml_decode
#else
	 .unavailable = "this build has no reader for XML"
#endif
	},
};

/*
 * How a name tells the format. Lower case: ASCII case is ignored. Lists are in
 * the order of the bytes: see find_rule().
 */
struct name_rule {
	const char *name;
	const char *format;
	const char *dialect;
};

static const struct name_rule exact_names[] = {
	{".ansible.cfg", "ini", "setupcfg"},
	{".babelrc", "jsonc", "jsonc"},
	{".bumpversion.cfg", "ini", "setupcfg"},
	{".clang-format", "yaml", ""},
	{".clang-tidy", "yaml", ""},
	{".clangd", "yaml", ""},
	{".coveragerc", "ini", "setupcfg"},
	{".devcontainer.json", "jsonc", "jsonc"},
	{".editorconfig", "ini", "editorconfig"},
	{".eslintrc", "jsonc", "jsonc"},
	{".eslintrc.json", "jsonc", "jsonc"},
	{".flake8", "ini", "setupcfg"},
	{".gitconfig", "ini", "gitconfig"},
	{".gitlint", "ini", "setupcfg"},
	{".gitmodules", "ini", "gitconfig"},
	{".gitreview", "ini", "setupcfg"},
	{".hgrc", "ini", "hg"},
	{".isort.cfg", "ini", "setupcfg"},
	{".jscsrc", "jsonc", "jsonc"},
	{".jshintrc", "jsonc", "jsonc"},
	{".lfsconfig", "ini", "gitconfig"},
	{".my.cnf", "ini", "mycnf"},
	{".mypy.ini", "ini", "setupcfg"},
	{".npmrc", "ini", "npmrc"},
	{".prettierrc", "yaml", ""},
	{".pydistutils.cfg", "ini", "setupcfg"},
	{".pydocstyle", "ini", "setupcfg"},
	{".pylintrc", "ini", "setupcfg"},
	{".pypirc", "ini", "setupcfg"},
	{".pytest.ini", "ini", "setupcfg"},
	{".style.yapf", "ini", "setupcfg"},
	{".swcrc", "jsonc", "jsonc"},
	{".user.ini", "ini", "php"},
	{".wslconfig", "ini", ""},
	{".yamllint", "yaml", ""},
	{"alembic.ini", "ini", "setupcfg"},
	{"ansible.cfg", "ini", "setupcfg"},
	{"api-extractor.json", "jsonc", "jsonc"},
	{"app.config", "xml", ""},
	{"babel.cfg", "ini", "setupcfg"},
	{"cargo.lock", "toml", ""},
	{"cloud.cfg", "yaml", ""},
	{"composer.lock", "json", ""},
	{"containers.conf", "toml", ""},
	{"coredump.conf", "ini", "systemd"},
	{"devcontainer.json", "jsonc", "jsonc"},
	{"flake.lock", "json", ""},
	{"gitconfig", "ini", "gitconfig"},
	{"hgrc", "ini", "hg"},
	{"homed.conf", "ini", "systemd"},
	{"index.theme", "ini", "desktop"},
	{"journald.conf", "ini", "systemd"},
	{"jsconfig.json", "jsonc", "jsonc"},
	{"logind.conf", "ini", "systemd"},
	{"lsb-release", "env", ""},
	{"mariadb.cnf", "ini", "mycnf"},
	{"mercurial.ini", "ini", "hg"},
	{"mimeapps.list", "ini", "desktop"},
	{"my.cnf", "ini", "mycnf"},
	{"my.ini", "ini", "mycnf"},
	{"mypy.ini", "ini", "setupcfg"},
	{"mysql.cnf", "ini", "mycnf"},
	{"mysqld.cnf", "ini", "mycnf"},
	{"networkd.conf", "ini", "systemd"},
	{"networkmanager.conf", "ini", "keyfile"},
	{"npmrc", "ini", "npmrc"},
	{"nuget.config", "xml", ""},
	{"oomd.conf", "ini", "systemd"},
	{"openssl.cnf", "ini", "openssl"},
	{"os-release", "env", ""},
	{"packages.config", "xml", ""},
	{"php-fpm.conf", "ini", "php"},
	{"php.ini", "ini", "php"},
	{"pip.conf", "ini", "setupcfg"},
	{"pip.ini", "ini", "setupcfg"},
	{"pipfile", "toml", ""},
	{"pipfile.lock", "json", ""},
	{"poetry.lock", "toml", ""},
	{"pstore.conf", "ini", "systemd"},
	{"pylintrc", "ini", "setupcfg"},
	{"pytest.ini", "ini", "setupcfg"},
	{"pyvenv.cfg", "ini", ""},
	{"registries.conf", "toml", ""},
	/* Not what name or folder say: no format of ours. */
	{"resolv.conf", "", ""},
	{"resolved.conf", "ini", "systemd"},
	{"setup.cfg", "ini", "setupcfg"},
	{"smb.conf", "ini", "samba"},
	{"supervisord.conf", "ini", "supervisor"},
	{"timesyncd.conf", "ini", "systemd"},
	{"tox.ini", "ini", "setupcfg"},
	{"tsconfig.json", "jsonc", "jsonc"},
	{"tslint.json", "jsonc", "jsonc"},
	{"uv.lock", "toml", ""},
	{"uwsgi.ini", "ini", "uwsgi"},
	{"web.config", "xml", ""},
	{"wsl.conf", "ini", ""},
	{"zoo.cfg", "properties", "properties"},
};

static const struct name_rule extensions[] = {
	{"automount", "ini", "systemd"},
	{"cfg", "ini", ""},
	{"cnf", "ini", "cnf"},
	{"code-workspace", "jsonc", "jsonc"},
	{"container", "ini", "systemd"},
	{"csproj", "xml", ""},
	{"desktop", "ini", "desktop"},
	{"directory", "ini", "desktop"},
	{"dnssd", "ini", "systemd"},
	{"env", "env", ""},
	{"fsproj", "xml", ""},
	{"geojson", "json", ""},
	{"ini", "ini", ""},
	{"json", "json", ""},
	{"jsonc", "jsonc", "jsonc"},
	{"jsonl", "ndjson", "ndjson"},
	{"kube", "ini", "systemd"},
	{"link", "ini", "systemd"},
	{"mount", "ini", "systemd"},
	{"ndjson", "ndjson", "ndjson"},
	{"netdev", "ini", "systemd"},
	{"network", "ini", "systemd"},
	{"nmconnection", "ini", "keyfile"},
	{"nspawn", "ini", "systemd"},
	{"nuspec", "xml", ""},
	{"path", "ini", "systemd"},
	{"pom", "xml", ""},
	{"properties", "properties", "properties"},
	{"rdf", "xml", ""},
	{"repo", "ini", ""},
	{"resx", "xml", ""},
	{"rng", "xml", ""},
	{"scope", "ini", "systemd"},
	{"service", "ini", "systemd"},
	{"slice", "ini", "systemd"},
	{"socket", "ini", "systemd"},
	{"svg", "xml", ""},
	{"swap", "ini", "systemd"},
	{"target", "ini", "systemd"},
	{"timer", "ini", "systemd"},
	{"toml", "toml", ""},
	{"urdf", "xml", ""},
	{"vbproj", "xml", ""},
	{"vcxproj", "xml", ""},
	{"volume", "ini", "systemd"},
	{"webmanifest", "json", ""},
	{"wsdl", "xml", ""},
	{"xacro", "xml", ""},
	{"xaml", "xml", ""},
	{"xhtml", "xml", ""},
	{"xlf", "xml", ""},
	{"xliff", "xml", ""},
	{"xml", "xml", ""},
	{"xsd", "xml", ""},
	{"xsl", "xml", ""},
	{"xslt", "xml", ""},
	{"yaml", "yaml", ""},
	{"yml", "yaml", ""},
};

/* XML only if a '<' comes first: others have files of that name too. */
static const struct name_rule tagged_extensions[] = {
	{"config", "xml", ""}, {"entitlements", "xml", ""},
	{"launch", "xml", ""}, {"plist", "xml", ""},
	{"props", "xml", ""},  {"targets", "xml", ""},
	{"ui", "xml", ""},
};

/* Names that mean something only in their folder. */
static const struct name_rule tails[] = {
	{"git/config", "ini", "gitconfig"},
	{".git/config", "ini", "gitconfig"},
	{".aws/config", "ini", "setupcfg"},
	{".aws/credentials", "ini", "setupcfg"},
};

/* Extensions that mean something else below a folder of that name. */
static const struct {
	const char *folder;
	const char *extension;
	const char *dialect; /* of INI */
} folders[] = {
	{"systemd", "conf", "systemd"},
	{"php", "ini", "php"},
	{"php.d", "ini", "php"},
	{"pool.d", "conf", "php"},
	{"uwsgi", "ini", "uwsgi"},
	{"supervisor", "conf", "supervisor"},
	{"supervisord.d", "ini", "supervisor"},
	{"NetworkManager", "conf", "keyfile"},
};

const struct format *format_at(size_t index)
{
	return index < array_size(formats) ? &formats[index] : NULL;
}

static const struct format *find(struct span name)
{
	for (size_t i = 0; i < array_size(formats); i++)
		if (span_is(name, formats[i].name))
			return &formats[i];
	return NULL;
}

const struct format *format_find(const char *name)
{
	return find(span_of(name));
}

static const struct format_choice no_choice = {NULL, ""};

static unsigned char fold(char byte)
{
	return (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
}

/* As strncasecmp() of the C locale; `lower` is in lower case. Most end at the
 * first byte. */
static bool begins_with(const char *text, const char *lower)
{
	while (*lower && fold(*text) == (unsigned char)*lower) {
		text++;
		lower++;
	}
	return *lower == '\0';
}

static bool is_same(const char *text, const char *lower)
{
	return begins_with(text, lower) && text[strlen(lower)] == '\0';
}

/* The order of a rule's name and a name. */
static int compare(const char *rule, struct span name)
{
	for (size_t i = 0; i < name.size; i++) {
		const int order = (unsigned char)rule[i] - fold(name.data[i]);

		if (order)
			return order; /* also where the rule ends */
	}
	return rule[name.size] != '\0';
}

static const struct name_rule *find_rule(const struct name_rule *rules,
					 size_t count, struct span name)
{
	size_t low = 0;

	for (size_t high = count; low < high;) {
		const size_t middle = (low + high) / 2;
		const int order = compare(rules[middle].name, name);

		if (order == 0)
			return &rules[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static struct format_choice choice_of(const struct name_rule *rule)
{
	return rule ? (struct format_choice){format_find(rule->format),
					     rule->dialect}
		    : no_choice;
}

static struct format_choice look_up(const struct name_rule *rules, size_t count,
				    struct span name)
{
	return choice_of(find_rule(rules, count, name));
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A folder of editor settings: every .json in it has comments. */
static bool is_in_vscode(const char *path)
{
	return strncmp(path, ".vscode/", 8) == 0 || strstr(path, "/.vscode/");
}

/* "x/git/config" ends with "git/config", "x/digit/config" does not. */
static struct format_choice by_tail(const char *path)
{
	const size_t size = strlen(path);

	for (size_t i = 0; i < array_size(tails); i++) {
		const size_t length = strlen(tails[i].name);

		if (size >= length && path[size - length] == tails[i].name[0] &&
		    memcmp(path + size - length, tails[i].name, length) == 0 &&
		    (size == length || path[size - length - 1] == '/'))
			return choice_of(&tails[i]);
	}
	return no_choice;
}

/* Is one of the folders of a path of that name? */
static bool is_below(const char *path, const char *folder)
{
	const size_t size = strlen(folder);

	for (const char *at = path; at; at = strchr(at, '/')) {
		at += at > path;
		if (strncmp(at, folder, size) == 0 && at[size] == '/')
			return true;
	}
	return false;
}

static struct format_choice by_folder(const char *path, const char *extension)
{
	for (size_t i = 0; i < array_size(folders); i++)
		if (is_same(extension, folders[i].extension) &&
		    is_below(path, folders[i].folder))
			return (struct format_choice){format_find("ini"),
						      folders[i].dialect};
	return no_choice;
}

/* Is a .conf a drop-in of systemd ("x.service.d/a.conf")? */
static bool is_drop_in(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct span folder = {path, slash ? (size_t)(slash - path) : 0};

	if (folder.size < 3 ||
	    memcmp(folder.data + folder.size - 2, ".d", 2) != 0)
		return false;
	folder.size -= 2;

	const char *dot = memrchr(folder.data, '.', folder.size);

	if (!dot || memchr(dot, '/', (size_t)(folder.data + folder.size - dot)))
		return false;
	dot++;

	const struct name_rule *rule = find_rule(
		extensions, array_size(extensions),
		(struct span){dot, (size_t)(folder.data + folder.size - dot)});

	return rule && strcmp(rule->dialect, "systemd") == 0;
}

/*
 * Extensions that tell nothing without the content. A .conf is XML by its
 * declaration or DOCTYPE only: Apache's begin with tags as well.
 */
static struct format_choice by_tag(const char *extension,
				   const struct content_facts *facts)
{
	if (is_same(extension, "conf"))
		return facts->has_declaration
			       ? (struct format_choice){format_find("xml"), ""}
			       : no_choice;
	return facts->has_tag ? look_up(tagged_extensions,
					array_size(tagged_extensions),
					span_of(extension))
			      : no_choice;
}

static struct format_choice by_name(const char *path,
				    const struct content_facts *facts)
{
	const char *name = base_name(path);
	const char *dot = strrchr(name, '.');
	const struct name_rule *exact =
		find_rule(exact_names, array_size(exact_names), span_of(name));
	struct format_choice choice = by_tail(path);

	if (exact)
		return choice_of(exact);
	if (choice.format)
		return choice;
	if (begins_with(name, ".env") && (name[4] == '\0' || name[4] == '.'))
		return (struct format_choice){format_find("env"), ""};
	if (begins_with(name, "tsconfig.") && dot && is_same(dot, ".json"))
		return (struct format_choice){format_find("jsonc"), "jsonc"};
	if (!dot)
		return no_choice;
	choice = by_folder(path, dot + 1);
	if (choice.format)
		return choice;
	if (is_same(dot, ".conf") && is_drop_in(path))
		return (struct format_choice){format_find("ini"), "systemd"};
	/* It may be anything, Python or Pascal options. */
	if (is_same(dot, ".cfg") && facts->has_bytes && !facts->has_header)
		return no_choice;
	choice = look_up(extensions, array_size(extensions), span_of(dot + 1));
	if (choice.format && span_is(span_of(choice.format->name), "json") &&
	    is_in_vscode(path))
		return (struct format_choice){format_find("jsonc"), "jsonc"};
	return choice.format ? choice : by_tag(dot + 1, facts);
}

struct format_choice format_choose(const char *path,
				   const struct content_facts *facts)
{
	const struct format_choice choice = content_facts_modeline(facts);

	return choice.format ? choice : by_name(path, facts);
}

struct format_choice format_detect(const char *path, struct span content)
{
	const struct content_facts facts = content_facts_of(content);

	return format_choose(path, &facts);
}
