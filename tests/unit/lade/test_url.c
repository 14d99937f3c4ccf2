// SPDX-License-Identifier: Apache-2.0
/* test_url.c - URLs of strangers: where they lead, and where none may lead. */
#include "test.h"

#include "lade/registry/proxy.h"
#include "lade/registry/token.h"
#include "lade/registry/url.h"

#include <stdlib.h>

static struct curl_library curl;

static bool ready(void)
{
    struct err e;

    return curl.handle || curl_library_open(&curl, &e) == 0;
}

static struct url parse(const char *text)
{
    struct url u = { 0 };
    struct err e;

    EXPECT(ready());
    if (url_parse(&curl, NULL, text, &u, &e) < 0)
        u.text[0] = '\0';
    return u;
}

static bool good(const char *text)
{
    return *parse(text).text;
}

TEST(takes_urls_apart)
{
    struct url u = parse("https://Registry.Example:8443/v2/x?y=z");

    EXPECT(u.tls);
    EXPECT_STR(u.host, "registry.example");
    EXPECT(u.port == 8443);
    EXPECT(parse("https://h/").port == 443);
    EXPECT(parse("http://h/").port == 80);
    EXPECT_STR(parse("http://[::1]:5000/").host, "[::1]");
}

TEST(resolves_what_is_relative)
{
    struct url base = parse("https://h:1/v2/a/blobs/uploads/1?x=y"), u;
    struct err e;

    EXPECT(url_parse(&curl, &base, "/v2/b?state=a%2Fb", &u, &e) == 0);
    EXPECT_STR(u.text, "https://h:1/v2/b?state=a%2Fb");
    EXPECT(url_same_origin(&base, &u));
    EXPECT(url_parse(&curl, &base, "//other/x", &u, &e) == 0);
    EXPECT(!url_same_origin(&base, &u));
    EXPECT(url_parse(&curl, &base, "http://h:1/x", &u, &e) == 0);
    EXPECT(!url_same_origin(&base, &u));
}

TEST(R30_refuses_other_schemes_and_users)
{
    EXPECT(!good("file:///etc/passwd"));
    EXPECT(!good("ftp://h/"));
    EXPECT(!good("gopher://h/"));
    EXPECT(!good("https://user@h/"));
    EXPECT(!good("https://user:password@h/"));
    EXPECT(!good("https://"));
    EXPECT(!good(""));
    EXPECT(!good("https://h/\r\nX: y"));
}

static enum reach reach(const char *host)
{
    char text[300];
    struct url u;

    snprintf(text, sizeof text, "https://%s/", host);
    u = parse(text);
    return url_reach(&u);
}

TEST(V35_knows_inner_addresses_in_every_spelling)
{
    EXPECT(reach("example.com") == REACH_PUBLIC);
    EXPECT(reach("192.0.2.1") == REACH_PUBLIC);
    EXPECT(reach("127.0.0.1") == REACH_LOOPBACK);
    EXPECT(reach("127.1") == REACH_LOOPBACK);
    EXPECT(reach("2130706433") == REACH_LOOPBACK);
    EXPECT(reach("0x7f.0.0.1") == REACH_LOOPBACK);
    EXPECT(reach("0") == REACH_LOOPBACK);
    EXPECT(reach("localhost") == REACH_LOOPBACK);
    EXPECT(reach("a.localhost") == REACH_LOOPBACK);
    EXPECT(reach("[::1]") == REACH_LOOPBACK);
    EXPECT(reach("[::]") == REACH_LOOPBACK);
    EXPECT(reach("[::ffff:127.0.0.1]") == REACH_LOOPBACK);
    EXPECT(reach("169.254.169.254") == REACH_LINK_LOCAL);
    EXPECT(reach("[::ffff:169.254.169.254]") == REACH_LINK_LOCAL);
    EXPECT(reach("[fe80::1]") == REACH_LINK_LOCAL);
    EXPECT(reach("10.1.2.3") == REACH_PRIVATE);
    EXPECT(reach("172.31.0.1") == REACH_PRIVATE);
    EXPECT(reach("172.32.0.1") == REACH_PUBLIC);
    EXPECT(reach("192.168.0.1") == REACH_PRIVATE);
    EXPECT(reach("100.64.0.1") == REACH_PRIVATE);
    EXPECT(reach("[fd00::1]") == REACH_PRIVATE);
}

static bool realm_passes(const char *registry, const char *realm)
{
    struct url from = parse(registry), to = parse(realm);
    struct err e;

    return realm_check(&from, &to, &e) == 0;
}

TEST(R50_judges_realms)
{
    EXPECT(realm_passes("https://r.example/v2/", "https://auth.example/token"));
    EXPECT(!realm_passes("https://r.example/v2/", "http://auth.example/token"));
    EXPECT(realm_passes("http://r.example/v2/", "http://auth.example/token"));
    EXPECT(!realm_passes("https://r.example/v2/", "https://10.0.0.1/token"));
    EXPECT(realm_passes("https://10.0.0.1/v2/", "https://10.0.0.1:8443/token"));
    EXPECT(!realm_passes("https://10.0.0.1/v2/", "https://10.0.0.2/token"));
    EXPECT(realm_passes("http://localhost:5000/v2/", "http://127.0.0.1:5001/token"));
    EXPECT(!realm_passes("http://localhost:5000/v2/", "http://169.254.169.254/"));
}

TEST(V38_shows_no_query)
{
    char text[64];

    url_redact("https://h/x?signature=secret#y", text, sizeof text);
    EXPECT_STR(text, "https://h/x?...");
    url_redact("https://h/x\ny", text, sizeof text);
    EXPECT_STR(text, "https://h/x?y");
}

static bool excepts(const char *no_proxy, const char *text)
{
    struct url u = parse(text);

    return proxy_excepts(no_proxy, &u);
}

TEST(R59_reads_no_proxy)
{
    EXPECT(excepts("*", "https://h/"));
    EXPECT(excepts("a.example, b.example", "https://b.example/"));
    EXPECT(excepts("example", "https://b.example/"));
    EXPECT(excepts(".example", "https://b.example/"));
    EXPECT(excepts("*.example", "https://b.example/"));
    EXPECT(!excepts("b.example", "https://bb.example/"));
    EXPECT(excepts("h:8443", "https://h:8443/"));
    EXPECT(!excepts("h:8443", "https://h/"));
    EXPECT(excepts("10.0.0.0/8", "https://10.1.2.3/"));
    EXPECT(!excepts("10.0.0.0/8", "https://11.1.2.3/"));
    EXPECT(excepts("fd00::/8", "https://[fd00::5]/"));
    EXPECT(excepts("[::1]:80", "http://[::1]/"));
    EXPECT(!excepts("", "https://h/"));
    EXPECT(!excepts("10.0.0.0/99", "https://10.1.2.3/"));
}

TEST(R59_chooses_a_proxy_by_scheme)
{
    struct url tls = parse("https://h/"), plain = parse("http://h/"),
               local = parse("http://[::1]/");

    setenv("HTTPS_PROXY", "http://p:1", 1);
    setenv("http_proxy", "http://p:2", 1);
    EXPECT_STR(proxy_for(&tls), "http://p:1");
    EXPECT_STR(proxy_for(&plain), "http://p:2");
    EXPECT_STR(proxy_for(&local), "");
    setenv("NO_PROXY", "h", 1);
    EXPECT_STR(proxy_for(&tls), "");
}

TEST_MAIN()
