// SPDX-License-Identifier: Apache-2.0
/* platform.c - names of platforms, and which of them can stand in for another. */
#include "lade/name/platform.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

enum { CPUINFO_MAX = 1 << 20 };

/* What else an architecture is called. A variant given beside such a name stays. */
static const struct {
    const char *alias, *architecture, *variant;
} aliases[] = {
    { "x86_64", "amd64", "" }, { "x86-64", "amd64", "" },  { "i386", "386", "" },
    { "i686", "386", "" },     { "aarch64", "arm64", "" }, { "armhf", "arm", "v7" },
    { "armel", "arm", "v6" },
};

/* Variants that are the same as none, or none that is the same as a variant. */
static const struct {
    const char *architecture, *variant, *same;
} variants[] = {
    { "amd64", "v1", "" },   { "arm64", "v8", "" }, { "arm64", "8", "" },
    { "arm64", "v8.0", "" }, { "arm", "", "v7" },   { "arm", "5", "v5" },
    { "arm", "6", "v6" },    { "arm", "7", "v7" },  { "arm", "8", "v8" },
};

static const char *text_of(const char *text)
{
    return text ? text : "";
}

struct platform platform_normalise(const struct platform *p)
{
    struct platform n = {
        .os = text_of(p->os),
        .architecture = text_of(p->architecture),
        .variant = text_of(p->variant),
        .os_version = text_of(p->os_version),
    };

    if (strcasecmp(n.os, "macos") == 0)
        n.os = "darwin";
    for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
        if (strcasecmp(n.architecture, aliases[i].alias) == 0) {
            n.architecture = aliases[i].architecture;
            n.variant = *n.variant ? n.variant : aliases[i].variant;
            break;
        }
    for (size_t i = 0; i < ARRAY_SIZE(variants); i++)
        if (strcmp(n.architecture, variants[i].architecture) == 0 &&
            strcmp(n.variant, variants[i].variant) == 0) {
            n.variant = variants[i].same;
            break;
        }
    return n;
}

/* What takes an image for architecture, and how many steps down from what was asked for. */
struct fallback {
    const char *architecture;
    char variant[16];
};

/* "v8.3" -> 8, 3. False for what is no such version. */
static bool read_version(const char *variant, unsigned *ret_major, unsigned *ret_minor)
{
    int end = 0, n = sscanf(variant, "v%1u%n.%1u%n", ret_major, &end, ret_minor, &end);

    if (n == 1)
        *ret_minor = 0;
    return n >= 1 && !variant[end];
}

static struct fallback fallback_of(const char *architecture, unsigned major, unsigned minor)
{
    struct fallback f = { .architecture = architecture };

    if (minor)
        snprintf(f.variant, sizeof f.variant, "v%u.%u", major, minor);
    else
        snprintf(f.variant, sizeof f.variant, "v%u", major);
    return f;
}

/* v9.x runs what was made for v9, and the v9 line contains v8.5 (Arm's architecture manual). */
static size_t arm64_fallbacks(unsigned major, unsigned minor, struct fallback *ret)
{
    size_t n = 0;

    if (major > 9 || (major < 9 && major != 8))
        return 0;
    if (major == 9) {
        for (unsigned m = minor + 1; m-- > 0;)
            ret[n++] = fallback_of("arm64", 9, m);
        minor += 5;
        minor = minor > 9 ? 9 : minor;
    }
    for (unsigned m = minor + 1; m-- > 0;)
        ret[n++] = fallback_of("arm64", 8, m);
    /* A 64-bit processor need not run 32-bit code, but where it doesn't nothing else is there. */
    for (unsigned v = 8; v >= 5; v--)
        ret[n++] = fallback_of("arm", v, 0);
    return n;
}

/* The platforms that serve where p (normalised) is asked for, best first. */
enum { FALLBACKS_MAX = 32 };

static size_t list_fallbacks(const struct platform *p, struct fallback ret[FALLBACKS_MAX])
{
    unsigned major = 0, minor = 0;
    size_t n = 0;

    if (strcmp(p->architecture, "arm64") == 0 &&
        (!*p->variant || read_version(p->variant, &major, &minor)))
        return arm64_fallbacks(*p->variant ? major : 8, minor, ret);
    if (!read_version(p->variant, &major, &minor) || minor)
        return 0;
    if (strcmp(p->architecture, "arm") == 0)
        for (unsigned v = major; v >= 5 && n < FALLBACKS_MAX; v--)
            ret[n++] = fallback_of("arm", v, 0);
    else if (strcmp(p->architecture, "amd64") == 0)
        for (unsigned v = major; v >= 1 && n < FALLBACKS_MAX; v--)
            ret[n++] = fallback_of("amd64", v, 0);
    return n;
}

static bool same_hardware(const struct platform *a, const struct platform *b)
{
    return strcmp(a->architecture, b->architecture) == 0 && strcmp(a->variant, b->variant) == 0;
}

int platform_rank(const struct platform *wanted, const struct platform *offered)
{
    struct platform w = platform_normalise(wanted), o = platform_normalise(offered);
    struct fallback list[FALLBACKS_MAX];
    size_t n;

    if (strcmp(w.os, o.os) != 0 || (*w.os_version && strcmp(w.os_version, o.os_version) != 0))
        return -1;
    if (same_hardware(&w, &o))
        return 0;
    n = list_fallbacks(&w, list);
    for (size_t i = 0; i < n; i++) {
        struct platform f = { .architecture = list[i].architecture, .variant = list[i].variant };

        f = platform_normalise(&f);
        if (same_hardware(&f, &o))
            return (int)i + 1;
    }
    /* An image that names no variant promises to run on all. For arm "none" was read as v7. */
    if (strcmp(w.architecture, o.architecture) == 0 && !*o.variant)
        return FALLBACKS_MAX + 1;
    return -1;
}

static bool same_if_said(const char *wanted, const char *said)
{
    return !said || !*said || !wanted || strcmp(wanted, said) == 0;
}

bool platform_agrees(const struct platform *wanted, const struct platform *said)
{
    struct platform a = platform_normalise(wanted), b = platform_normalise(said);

    return same_if_said(a.os, b.os) && same_if_said(a.architecture, b.architecture);
}

void platform_format(const struct platform *p, char ret[PLATFORM_TEXT_SIZE])
{
    const char *variant = text_of(p->variant);

    snprintf(ret, PLATFORM_TEXT_SIZE, "%s/%s%s%s", text_of(p->os), text_of(p->architecture),
             *variant ? "/" : "", variant);
}

static bool is_word(const char *text)
{
    return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789_.-")];
}

int platform_parse(struct arena *arena, const char *text, struct platform *ret, struct err *e)
{
    char *copy = arena_strdup(arena, text), *slash[2] = { 0 };
    struct platform p = { .os = "linux" };

    if (!copy)
        return err_os(e, ENOMEM, "parse a platform");
    slash[0] = strchr(copy, '/');
    slash[1] = slash[0] ? strchr(slash[0] + 1, '/') : NULL;
    if (slash[0]) {
        *slash[0] = '\0';
        p.os = copy;
    }
    p.architecture = slash[0] ? slash[0] + 1 : copy;
    if (slash[1]) {
        *slash[1] = '\0';
        p.variant = slash[1] + 1;
    }
    if (!is_word(p.os) || !is_word(p.architecture) || (p.variant && !is_word(p.variant)))
        return err_set(e, ERR_INVALID, "invalid platform '%.*s', want OS/ARCHITECTURE[/VARIANT]",
                       80, text);
    *ret = platform_normalise(&p);
    return 0;
}

const char *platform_arm_variant(const char *cpuinfo)
{
    const char *line = strstr(cpuinfo, "CPU architecture");
    const char *value = line ? strchr(line, ':') : NULL;

    /* The kernel says 7 on an ARM1176, whose instruction set is that of v6. */
    if (strstr(cpuinfo, "ARMv6-compatible"))
        return "v6";
    if (!value)
        return "";
    value += 1 + strspn(value + 1, " \t");
    if (strncmp(value, "AArch64", 7) == 0)
        return "v8";
    switch (*value) {
    case '8':
        return "v8";
    case '7':
        return "v7";
    case '6':
        return "v6";
    case '5':
        return "v5";
    }
    return "";
}

int platform_host(struct arena *arena, struct platform *ret, struct err *e)
{
    struct platform p = { .os = "linux" };
    auto_free char *cpuinfo = NULL;
    struct utsname u;

    if (uname(&u) < 0)
        return err_os(e, errno, "find out this machine's platform");
    p.architecture = strncmp(u.machine, "arm", 3) == 0 ? "arm" : arena_strdup(arena, u.machine);
    if (!p.architecture)
        return err_os(e, ENOMEM, "find out this machine's platform");
    if (strcmp(p.architecture, "arm") == 0 &&
        file_read(AT_FDCWD, "/proc/cpuinfo", CPUINFO_MAX, &cpuinfo, NULL, e) == 0)
        p.variant = platform_arm_variant(cpuinfo);
    *ret = platform_normalise(&p);
    return 0;
}
