// SPDX-License-Identifier: Apache-2.0
/* agent.c - config-linux.md, "The Container Process State": one per connection, then it is closed.
 */
#include "container/agent.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "container/stream.h"
#include "state/hook_state.h"

int agent_connect(const struct spec_seccomp *s, struct err *e)
{
    int sock = stream_connect(s->listener_path);

    return sock < 0
               ? err_os(e, sock, "linux.seccomp.listenerPath: connect to '%s'", s->listener_path)
               : sock;
}

static void put_state(struct buf *b, const struct agent_process *p)
{
    const char *metadata = p->spec->linux_.seccomp->listener_metadata;

    buf_printf(b, "{\"ociVersion\":\"" STATE_OCI_VERSION "\",\"fds\":[\"seccompFd\"],\"pid\":%d",
               p->pid);
    if (metadata) {
        buf_puts(b, ",\"metadata\":");
        buf_json_string(b, metadata);
    }
    buf_puts(b, ",\"state\":");
    hook_state_head(b, p->id, p->status);
    buf_printf(b, "%d", p->init);
    hook_state_tail(b, p->bundle, p->spec->annotations, p->spec->annotation_count);
    buf_puts(b, "}");
}

int agent_send(int *agent, int *listener, const struct agent_process *p, struct err *e)
{
    auto_buf state = { 0 };
    int rc;

    put_state(&state, p);
    if (buf_failed(&state))
        return err_os(e, ENOMEM, "state for the seccomp agent");
    rc = stream_send(*agent, state.data, state.len, *listener);
    cleanup_fd(agent);
    cleanup_fd(listener);
    return rc < 0 ? err_os(e, rc, "linux.seccomp.listenerPath: send to '%s'",
                           p->spec->linux_.seccomp->listener_path)
                  : 0;
}
