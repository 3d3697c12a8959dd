/* SPDX-License-Identifier: BSD-2-Clause */
#include "codec/directive_json.h"

#include "codec/mail_write.h"
#include "codec/words.h"

#define VERSION 1

void directive_to_text(const struct directive_note *note, struct strbuf *out)
{
    bool is_forced = note->on_deadline == DEADLINE_FORCE;
    json_t *object = json_object();

    json_object_set_new(object, "v", json_integer(VERSION));
    json_object_set_new(object, "seq", json_integer((json_int_t)note->seq));
    json_object_set_new(object, "epoch", json_integer((json_int_t)note->epoch));
    mail_write_text(object, "op",
                    note->op == DIRECTIVE_GROW ? "grow" : "shrink");
    mail_write_text(object, "state",
                    note->is_accepted ? "accepted" : "offered");
    mail_write_text(object, "reason", note->reason);
    json_object_set_new(object, "forced", json_boolean(is_forced));
    mail_write_text(object, "on_deadline", words_deadline[note->on_deadline]);
    json_object_set_new(object, "choice", json_boolean(note->has_choice));
    mail_write_names(object, "current", note->current);
    mail_write_names(object, "delta", note->delta);
    mail_write_names(object, "target", note->target);
    mail_write_time(object, "offered", note->offered);
    mail_write_time(object, "accept_by", note->accept_by);
    mail_write_time(object, "done_by", note->done_by);
    mail_write_line(object, out);
}
