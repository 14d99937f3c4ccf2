// SPDX-License-Identifier: Apache-2.0
/* output.c - results on standard output; what could not be written is a failure. */
#include "lade/cli.h"

#include "base/file.h"
#include "base/json_write.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int output(const char *text, size_t len, struct err *e)
{
    int rc = write_all(STDOUT_FILENO, text, len);

    if (rc >= 0 && (len == 0 || text[len - 1] != '\n'))
        rc = write_all(STDOUT_FILENO, "\n", 1);
    return rc < 0 ? err_os(e, rc, "write to standard output") : 0;
}

int output_text(const char *text, struct err *e)
{
    return output(text, strlen(text), e);
}

int output_buf(const struct buf *b, struct err *e)
{
    if (buf_failed(b))
        return err_os(e, ENOMEM, "write to standard output");
    return b->len ? output(b->data, b->len, e) : 0;
}

int cli_print_image(struct cli *cli, const char *name, const struct descriptor *d, bool json,
                    struct err *e)
{
    auto_buf out = { 0 };
    struct json_writer w = { .to = &out };

    if (json) {
        json_begin(&w, NULL, '{');
        json_put_string(&w, "name", name);
        json_put_string(&w, "digest", d->digest.text);
        json_end(&w);
        return output_buf(&out, e);
    }
    report_note(cli->report, "%s is %s", name ? name : "the new image", d->digest.text);
    return output_text(d->digest.text, e);
}
