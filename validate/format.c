#include "validate/format.h"

#include "validate/facts.h"
#include "validate/formats/formats.h"
#include "validate/formats/xml/xml_encoding.h"

#include <strings.h>

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

/* How a name tells the format; names[] are matched without ASCII case. */
struct name_rule {
	const char *name;
	const char *format;
	const char *dialect;
};

static const struct name_rule exact_names[] = {
	{".editorconfig", "ini", "editorconfig"},
	{".gitconfig", "ini", "gitconfig"},
	{"gitconfig", "ini", "gitconfig"},
	{".gitmodules", "ini", "gitconfig"},
	{".lfsconfig", "ini", "gitconfig"},
	{".my.cnf", "ini", "mycnf"},
	{"my.cnf", "ini", "mycnf"},
	{"my.ini", "ini", "mycnf"},
	{"mysql.cnf", "ini", "mycnf"},
	{"mysqld.cnf", "ini", "mycnf"},
	{"mariadb.cnf", "ini", "mycnf"},
	{"openssl.cnf", "ini", "openssl"},
	{"setup.cfg", "ini", "setupcfg"},
	{"tox.ini", "ini", "setupcfg"},
	{"pytest.ini", "ini", "setupcfg"},
	{".pytest.ini", "ini", "setupcfg"},
	{"mypy.ini", "ini", "setupcfg"},
	{".mypy.ini", "ini", "setupcfg"},
	{"alembic.ini", "ini", "setupcfg"},
	{".flake8", "ini", "setupcfg"},
	{".coveragerc", "ini", "setupcfg"},
	{".pylintrc", "ini", "setupcfg"},
	{"pylintrc", "ini", "setupcfg"},
	{".isort.cfg", "ini", "setupcfg"},
	{".bumpversion.cfg", "ini", "setupcfg"},
	{".style.yapf", "ini", "setupcfg"},
	{".pydocstyle", "ini", "setupcfg"},
	{".pypirc", "ini", "setupcfg"},
	{".gitreview", "ini", "setupcfg"},
	{".gitlint", "ini", "setupcfg"},
	{"pip.conf", "ini", "setupcfg"},
	{"pip.ini", "ini", "setupcfg"},
	{".pydistutils.cfg", "ini", "setupcfg"},
	{"babel.cfg", "ini", "setupcfg"},
	{"ansible.cfg", "ini", "setupcfg"},
	{".ansible.cfg", "ini", "setupcfg"},
	{"supervisord.conf", "ini", "supervisor"},
	{"uwsgi.ini", "ini", "uwsgi"},
	{"wsl.conf", "ini", ""},
	{".wslconfig", "ini", ""},
	{"php.ini", "ini", "php"},
	{".user.ini", "ini", "php"},
	{"php-fpm.conf", "ini", "php"},
	{".npmrc", "ini", "npmrc"},
	{"npmrc", "ini", "npmrc"},
	{".hgrc", "ini", "hg"},
	{"hgrc", "ini", "hg"},
	{"mercurial.ini", "ini", "hg"},
	{"smb.conf", "ini", "samba"},
	{"mimeapps.list", "ini", "desktop"},
	{"index.theme", "ini", "desktop"},
	{"networkmanager.conf", "ini", "keyfile"},
	{"coredump.conf", "ini", "systemd"},
	{"homed.conf", "ini", "systemd"},
	{"journald.conf", "ini", "systemd"},
	{"logind.conf", "ini", "systemd"},
	{"networkd.conf", "ini", "systemd"},
	{"oomd.conf", "ini", "systemd"},
	{"pstore.conf", "ini", "systemd"},
	{"resolved.conf", "ini", "systemd"},
	{"timesyncd.conf", "ini", "systemd"},
	{"os-release", "env", ""},
	{"lsb-release", "env", ""},
	{"cloud.cfg", "yaml", ""},
	{"pyvenv.cfg", "ini", ""},
	{"zoo.cfg", "properties", "properties"},
	/* Not what name or folder say: no format of ours. */
	{"resolv.conf", "", ""},
	{"web.config", "xml", ""},
	{"app.config", "xml", ""},
	{"nuget.config", "xml", ""},
	{"packages.config", "xml", ""},
	{".clang-format", "yaml", ""},
	{".clang-tidy", "yaml", ""},
	{".clangd", "yaml", ""},
	{".yamllint", "yaml", ""},
	{".prettierrc", "yaml", ""},
	{"tsconfig.json", "jsonc", "jsonc"},
	{"jsconfig.json", "jsonc", "jsonc"},
	{"devcontainer.json", "jsonc", "jsonc"},
	{".devcontainer.json", "jsonc", "jsonc"},
	{".eslintrc", "jsonc", "jsonc"},
	{".eslintrc.json", "jsonc", "jsonc"},
	{".jshintrc", "jsonc", "jsonc"},
	{".jscsrc", "jsonc", "jsonc"},
	{".swcrc", "jsonc", "jsonc"},
	{"tslint.json", "jsonc", "jsonc"},
	{"api-extractor.json", "jsonc", "jsonc"},
	{".babelrc", "jsonc", "jsonc"},
	{"composer.lock", "json", ""},
	{"pipfile.lock", "json", ""},
	{"flake.lock", "json", ""},
	{"pipfile", "toml", ""},
	{"cargo.lock", "toml", ""},
	{"poetry.lock", "toml", ""},
	{"uv.lock", "toml", ""},
	{"containers.conf", "toml", ""},
	{"registries.conf", "toml", ""},
};

static const struct name_rule extensions[] = {
	{"yaml", "yaml", ""},
	{"yml", "yaml", ""},
	{"json", "json", ""},
	{"jsonc", "jsonc", "jsonc"},
	{"code-workspace", "jsonc", "jsonc"},
	{"ndjson", "ndjson", "ndjson"},
	{"jsonl", "ndjson", "ndjson"},
	{"geojson", "json", ""},
	{"webmanifest", "json", ""},
	{"toml", "toml", ""},
	{"ini", "ini", ""},
	{"cfg", "ini", ""},
	{"cnf", "ini", "cnf"},
	{"repo", "ini", ""},
	{"desktop", "ini", "desktop"},
	{"directory", "ini", "desktop"},
	{"nmconnection", "ini", "keyfile"},
	{"service", "ini", "systemd"},
	{"socket", "ini", "systemd"},
	{"timer", "ini", "systemd"},
	{"mount", "ini", "systemd"},
	{"automount", "ini", "systemd"},
	{"swap", "ini", "systemd"},
	{"target", "ini", "systemd"},
	{"path", "ini", "systemd"},
	{"slice", "ini", "systemd"},
	{"scope", "ini", "systemd"},
	{"network", "ini", "systemd"},
	{"netdev", "ini", "systemd"},
	{"link", "ini", "systemd"},
	{"nspawn", "ini", "systemd"},
	{"container", "ini", "systemd"},
	{"volume", "ini", "systemd"},
	{"kube", "ini", "systemd"},
	{"dnssd", "ini", "systemd"},
	{"env", "env", ""},
	{"properties", "properties", "properties"},
	{"xml", "xml", ""},
	{"xsd", "xml", ""},
	{"xsl", "xml", ""},
	{"xslt", "xml", ""},
	{"xhtml", "xml", ""},
	{"svg", "xml", ""},
	{"wsdl", "xml", ""},
	{"rng", "xml", ""},
	{"rdf", "xml", ""},
	{"pom", "xml", ""},
	{"csproj", "xml", ""},
	{"fsproj", "xml", ""},
	{"vbproj", "xml", ""},
	{"vcxproj", "xml", ""},
	{"nuspec", "xml", ""},
	{"resx", "xml", ""},
	{"xaml", "xml", ""},
	{"xlf", "xml", ""},
	{"xliff", "xml", ""},
	{"urdf", "xml", ""},
	{"xacro", "xml", ""},
};

/* XML only if a '<' comes first: others have files of that name too. */
static const struct name_rule tagged_extensions[] = {
	{"config", "xml", ""},	     {"plist", "xml", ""},
	{"props", "xml", ""},	     {"targets", "xml", ""},
	{"launch", "xml", ""},	     {"ui", "xml", ""},
	{"entitlements", "xml", ""},
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

static const struct name_rule *find_rule(const struct name_rule *rules,
					 size_t count, struct span name)
{
	/* Names are ASCII, and their first character decides most. */
	const int first = name.size ? *name.data | 0x20 : 0;

	for (size_t i = 0; i < count; i++)
		if ((*rules[i].name | 0x20) == first &&
		    strlen(rules[i].name) == name.size &&
		    strncasecmp(rules[i].name, name.data, name.size) == 0)
			return &rules[i];
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

		if (size >= length &&
		    strcmp(path + size - length, tails[i].name) == 0 &&
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
		if (strcasecmp(extension, folders[i].extension) == 0 &&
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
	if (strcasecmp(extension, "conf") == 0)
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
	if (strncasecmp(name, ".env", 4) == 0 &&
	    (name[4] == '\0' || name[4] == '.'))
		return (struct format_choice){format_find("env"), ""};
	if (strncasecmp(name, "tsconfig.", 9) == 0 && dot &&
	    strcasecmp(dot, ".json") == 0)
		return (struct format_choice){format_find("jsonc"), "jsonc"};
	if (!dot)
		return no_choice;
	choice = by_folder(path, dot + 1);
	if (choice.format)
		return choice;
	if (strcasecmp(dot, ".conf") == 0 && is_drop_in(path))
		return (struct format_choice){format_find("ini"), "systemd"};
	/* It may be anything, Python or Pascal options. */
	if (strcasecmp(dot, ".cfg") == 0 && facts->has_bytes &&
	    !facts->has_header)
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
