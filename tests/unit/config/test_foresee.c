// SPDX-License-Identifier: Apache-2.0
/* test_foresee.c - what a look at the text makes one expect. */
#include "config/foresee.h"

#include "test.h"

TEST(sees_a_new_network_namespace)
{
    static const struct {
        const char *text;
        bool want;
    } rows[] = {
        { "{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"network\"}]}", true },
        { "{ \"namespaces\" : [ { \"type\" :\n\t\"network\" } ] }", true },
        { "{\"hostname\":\"network\",\"namespaces\":[{\"type\":\"network\"}]}", true },
        { "{\"process\":{\"user\":{\"uid\":0}},\"namespaces\":[{\"type\":\"network\"}]}", true },
        { "{\"namespaces\":[{\"type\":\"network\",\"path\":\"/run/netns/a\"}]}", false },
        { "{\"namespaces\":[{\"path\":\"/run/netns/a\",\"type\":\"network\"}]}", false },
        { "{\"namespaces\":[{\"type\":\"network\"},{\"type\":\"user\"}]}", false },
        { "{\"namespaces\":[{\"type\":\"pid\"}],\"hostname\":\"network\"}", false },
        { "{\"resources\":{\"network\":{\"classID\":1}}}", false },
        { "{\"namespaces\":[{\"type\":\"network\"", false },
        { "\"network\"", false },
        { ":\"network\"}", false },
        { "type\":\"network\"}", false },
        { "", false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (spec_foresees_network(rows[i].text, strlen(rows[i].text)) != rows[i].want)
            printf("# row %zu: %s\n", i, rows[i].text);
        EXPECT(spec_foresees_network(rows[i].text, strlen(rows[i].text)) == rows[i].want);
    }
}

TEST_MAIN()
