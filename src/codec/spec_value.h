/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single values of a job entry: strings, numbers, spans, words. Each reader
 * checks type and range and says what is wrong. Inside of the codec only.
 */
#ifndef ERM_CODEC_SPEC_VALUE_H
#define ERM_CODEC_SPEC_VALUE_H

#include "codec/spec_reader.h"

/* A word that may stand for a value; with REFUSAL it is known, but no. */
struct spec_word {
    const char *name;
    unsigned value;
    const char *refusal, *hint;
};

/* A string of at most SPEC_STRING_MAX bytes, not empty; NULL and an error
 * otherwise. Borrowed from VALUE. */
const char *spec_value_string(struct spec_reader *reader, const json_t *value);
/* A whole number from LOW to HIGH; false and an error otherwise. */
bool spec_value_integer(struct spec_reader *reader, const json_t *value,
                        int64_t low, int64_t high, int64_t *out);
/* A span as a number of seconds or a string, from LOW to HIGH (TIME_NEVER:
 * "unlimited" is allowed). */
bool spec_value_duration(struct spec_reader *reader, const json_t *value,
                         dur_us low, dur_us high, dur_us *out);
/* One of WORDS, which end with a NULL name. */
bool spec_value_word(struct spec_reader *reader, const json_t *value,
                     const struct spec_word *words, unsigned *out);
/* Seconds, as an integer where that is exact; "unlimited". Returns owned. */
json_t *spec_duration_json(dur_us d);

/* Readers and writers of fields whose value is at field->offset. A writer
 * returns NULL for what was not given. */
void spec_read_string(struct spec_reader *reader, const json_t *value);
/* As a string; a shell command whose quotes are closed. */
void spec_read_command(struct spec_reader *reader, const json_t *value);
void spec_read_line(struct spec_reader *reader, const json_t *value);
void spec_read_count(struct spec_reader *reader, const json_t *value);
void spec_read_signed(struct spec_reader *reader, const json_t *value);
void spec_read_duration(struct spec_reader *reader, const json_t *value);
void spec_read_bool(struct spec_reader *reader, const json_t *value);
void spec_read_word(struct spec_reader *reader, const json_t *value);
json_t *spec_write_string(const struct spec_field *field,
                          const struct job_spec *spec);
json_t *spec_write_count(const struct spec_field *field,
                         const struct job_spec *spec);
json_t *spec_write_signed(const struct spec_field *field,
                          const struct job_spec *spec);
json_t *spec_write_duration(const struct spec_field *field,
                            const struct job_spec *spec);
json_t *spec_write_bool(const struct spec_field *field,
                        const struct job_spec *spec);
json_t *spec_write_word(const struct spec_field *field,
                        const struct job_spec *spec);

#endif
