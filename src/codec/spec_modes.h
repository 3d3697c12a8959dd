/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a job changes its size: `resize`, `launch`, `worker`, `hook`,
 * `resize_signal` and `on_node_loss` belong together. What was not given is
 * derived here, and what does not go together is refused.
 */
#ifndef ERM_CODEC_SPEC_MODES_H
#define ERM_CODEC_SPEC_MODES_H

#include "codec/spec_reader.h"

/* Fills what was not given, or adds problems. Its kind and sizes are known. */
void spec_modes_finish(struct spec_reader *reader);
/* What `resize` and `on_node_loss` are when they are not given. */
enum resize_mode spec_modes_resize(const struct job_spec *spec);
enum loss_rule spec_modes_loss(const struct job_spec *spec);

/* Writers for the table of fields: only what differs from that. */
json_t *spec_write_resize(const struct spec_field *field,
                          const struct job_spec *spec);
json_t *spec_write_loss(const struct spec_field *field,
                        const struct job_spec *spec);

#endif
