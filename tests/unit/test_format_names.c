/* Every name and extension that tells a format does, in any case. */
#include "validate/facts.h"
#include "validate/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct name {
	const char *name;
	const char *format; /* "": none */
	const char *dialect;
};

static const struct name names[] = {
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

static const struct name extensions[] = {
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

static const struct name tagged[] = {
	{"config", "xml", ""},	     {"plist", "xml", ""},
	{"props", "xml", ""},	     {"targets", "xml", ""},
	{"launch", "xml", ""},	     {"ui", "xml", ""},
	{"entitlements", "xml", ""},
};

static void expect(const char *path, const struct name *name,
		   const struct content_facts *facts)
{
	const struct format_choice choice = format_choose(path, facts);
	const char *format = choice.format ? choice.format->name : "";

	if (strcmp(format, name->format) != 0 ||
	    strcmp(choice.dialect, name->dialect) != 0)
		fail_msg("%s: '%s' '%s', not '%s' '%s'", path, format,
			 choice.dialect, name->format, name->dialect);
}

static void in_upper_case(char *text)
{
	for (; *text; text++)
		if (*text >= 'a' && *text <= 'z')
			*text = (char)(*text & ~0x20);
}

static void every_name_is_known(void **state)
{
	static const struct content_facts nothing;
	char path[64];

	(void)state;
	for (size_t i = 0; i < array_size(names); i++) {
		snprintf(path, sizeof(path), "a/%s", names[i].name);
		expect(path, &names[i], &nothing);
		in_upper_case(path);
		expect(path, &names[i], &nothing);
	}
}

static void every_extension_is_known(void **state)
{
	static const struct content_facts nothing;
	char path[64];

	(void)state;
	for (size_t i = 0; i < array_size(extensions); i++) {
		snprintf(path, sizeof(path), "a/b.%s", extensions[i].name);
		expect(path, &extensions[i], &nothing);
		in_upper_case(path);
		expect(path, &extensions[i], &nothing);
	}
}

static void some_count_only_with_a_tag(void **state)
{
	static const struct content_facts nothing;
	static const struct content_facts tag = {.has_tag = true};
	static const struct name none = {"", "", ""};
	char path[64];

	(void)state;
	for (size_t i = 0; i < array_size(tagged); i++) {
		snprintf(path, sizeof(path), "b.%s", tagged[i].name);
		expect(path, &none, &nothing);
		expect(path, &tagged[i], &tag);
	}
}

static void names_that_are_longer_or_shorter_are_others(void **state)
{
	static const struct content_facts nothing;
	static const char *const paths[] = {
		"",	      ".",	    "a",     ".gitconfi", ".gitconfigs",
		"pipfil",     "pipfiles",   "a.yam", "a.yamls",	  "a.",
		"a.servic",   "a.services", "yaml",  ".yaml.x",	  "os-releas",
		"resolv.con", "zzz",	    "a.zzz",
	};
	static const struct name none = {"", "", ""};

	(void)state;
	for (size_t i = 0; i < array_size(paths); i++)
		expect(paths[i], &none, &nothing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_known),
		cmocka_unit_test(every_extension_is_known),
		cmocka_unit_test(some_count_only_with_a_tag),
		cmocka_unit_test(names_that_are_longer_or_shorter_are_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
