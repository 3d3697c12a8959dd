/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of a job entry that are more than one value: id, kind, after,
 * env, runtimes, signals. Readers and writers for the table of fields.
 */
#ifndef ERM_CODEC_SPEC_PARTS_H
#define ERM_CODEC_SPEC_PARTS_H

#include "codec/spec_reader.h"

/* Does TEXT follow [A-Za-z0-9._-]{1,64}? */
bool spec_label_is_valid(const char *text);

void spec_read_id(struct spec_reader *reader, const json_t *value);
void spec_read_label(struct spec_reader *reader, const json_t *value);
void spec_read_elastic(struct spec_reader *reader, const json_t *value);
void spec_read_fraction(struct spec_reader *reader, const json_t *value);
void spec_read_runtimes(struct spec_reader *reader, const json_t *value);
void spec_read_after(struct spec_reader *reader, const json_t *value);
void spec_read_env(struct spec_reader *reader, const json_t *value);
void spec_read_signal(struct spec_reader *reader, const json_t *value);
/* The value of another program's option: one plain word. */
void spec_read_option(struct spec_reader *reader, const json_t *value);
void spec_read_status(struct spec_reader *reader, const json_t *value);
json_t *spec_write_id(const struct spec_field *field,
                      const struct job_spec *spec);
json_t *spec_write_nothing(const struct spec_field *field,
                           const struct job_spec *spec);
json_t *spec_write_fraction(const struct spec_field *field,
                            const struct job_spec *spec);
json_t *spec_write_runtimes(const struct spec_field *field,
                            const struct job_spec *spec);
json_t *spec_write_after(const struct spec_field *field,
                         const struct job_spec *spec);
json_t *spec_write_env(const struct spec_field *field,
                       const struct job_spec *spec);
json_t *spec_write_signal(const struct spec_field *field,
                          const struct job_spec *spec);

#endif
