/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words that stand for the core's constants in files and records. They
 * are part of the formats: a name in the core may change, these may not.
 */
#ifndef ERM_CODEC_WORDS_H
#define ERM_CODEC_WORDS_H

/* Each in the order of its enum in core/job.h, NULL at the end. */
extern const char *const words_kind[];
extern const char *const words_resize[];
extern const char *const words_deadline[];
extern const char *const words_dependency[];
extern const char *const words_state[];
extern const char *const words_ending[];
extern const char *const words_op[];
extern const char *const words_directive[];
extern const char *const words_asker[];
extern const char *const words_loss[];
extern const char *const words_answer[];
/* In the order of core/event.h and codec/job_spec.h. */
extern const char *const words_exit[];
extern const char *const words_launch[];

/* The index of TEXT (may be NULL) in WORDS, or -1. */
int word_index(const char *const *words, const char *text);

#endif
