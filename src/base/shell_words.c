/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One pass from left to right. Each $(...) is a list of commands of its own,
 * read by recursion; its words come before the word that contains it, which
 * is moved to its place in the end.
 */
#include "base/shell_words.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define DEPTH_MAX 50
#define HEREDOCS_MAX 16

/* What is known of the simple command that is being read. */
struct place {
    unsigned command;
    bool has_words;   /* assignments or more */
    bool has_command; /* its name was read */
};

struct heredoc {
    size_t start, len; /* of the delimiter, quotes included */
    bool strips_tabs;
};

struct scan {
    const char *text;
    size_t pos;
    struct shell_words *out;
    unsigned n_commands;
    unsigned depth;
    struct heredoc heredocs[HEREDOCS_MAX]; /* whose bodies are to come */
    size_t n_heredocs;
    const char *problem; /* NULL: none so far */
    size_t problem_at;
};

static void scan_list(struct scan *s, char end);

static char peek(const struct scan *s)
{
    return s->text[s->pos];
}

static void fail(struct scan *s, const char *problem, size_t at)
{
    if (s->problem)
        return;
    s->problem = problem;
    s->problem_at = at;
}

/* Moves behind the next CLOSE; a backslash hides it when ESCAPES. */
static void skip_to(struct scan *s, char close, bool escapes,
                    const char *problem)
{
    size_t opened = s->pos - 1;
    while (peek(s) && peek(s) != close)
        s->pos += escapes && peek(s) == '\\' && s->text[s->pos + 1] ? 2 : 1;
    if (!peek(s))
        fail(s, problem, opened);
    else
        s->pos++;
}

/* $((...)): nothing of it is a command. */
static void skip_arithmetic(struct scan *s)
{
    size_t opened = s->pos;
    int depth = 0;
    do {
        depth += (peek(s) == '(') - (peek(s) == ')');
        s->pos += peek(s) != '\0';
    } while (depth > 0 && peek(s));
    if (depth > 0)
        fail(s, "'$((' is not closed", opened);
}

static void scan_quoted(struct scan *s);

static void skip_braces(struct scan *s)
{
    size_t opened = s->pos++;
    while (peek(s) && peek(s) != '}' && !s->problem)
        scan_quoted(s);
    if (peek(s) == '}')
        s->pos++;
    else
        fail(s, "'${' is not closed", opened);
}

static void scan_substitution(struct scan *s)
{
    size_t opened = s->pos++;
    scan_list(s, ')');
    if (peek(s) == ')')
        s->pos++;
    else
        fail(s, "'$(' is not closed", opened);
}

/* A '$' and what it begins. */
static void scan_dollar(struct scan *s)
{
    if (s->depth == DEPTH_MAX) {
        fail(s, "'$' is nested too deep", s->pos);
        return;
    }
    s->depth++;
    s->pos++;
    if (peek(s) == '(' && s->text[s->pos + 1] == '(')
        skip_arithmetic(s);
    else if (peek(s) == '(')
        scan_substitution(s);
    else if (peek(s) == '{')
        skip_braces(s);
    s->depth--;
}

static void skip_double_quotes(struct scan *s)
{
    size_t opened = s->pos++;
    while (peek(s) && peek(s) != '"' && !s->problem) {
        if (peek(s) == '\'')
            s->pos++; /* an ordinary letter here */
        else
            scan_quoted(s);
    }
    if (peek(s) == '"')
        s->pos++;
    else
        fail(s, "a double quote is not closed", opened);
}

/* One letter, or one quoted or substituted part, whatever it is. */
static void scan_quoted(struct scan *s)
{
    switch (s->text[s->pos]) {
    case '\\':
        s->pos += s->text[s->pos + 1] ? 2 : 1;
        break;
    case '\'':
        s->pos++;
        skip_to(s, '\'', false, "a single quote is not closed");
        break;
    case '"':
        skip_double_quotes(s);
        break;
    case '`':
        s->pos++;
        skip_to(s, '`', true, "a backquote is not closed");
        break;
    case '$':
        scan_dollar(s);
        break;
    default:
        s->pos++;
    }
}

static bool ends_word(char c)
{
    return !c || strchr(" \t\n;&|()<>", c);
}

/* The next word's length; POS is moved behind it. */
static size_t scan_word(struct scan *s)
{
    size_t start = s->pos;
    while (!ends_word(peek(s)) && !s->problem)
        scan_quoted(s);
    return s->pos - start;
}

static bool word_is(const struct scan *s, size_t start, size_t len,
                    const char *text)
{
    return strlen(text) == len && memcmp(s->text + start, text, len) == 0;
}

static bool is_in(const struct scan *s, size_t start, size_t len,
                  const char *const *list)
{
    for (; *list; list++)
        if (word_is(s, start, len, *list))
            return true;
    return false;
}

/* Behind these a command begins again. */
static bool is_reserved(const struct scan *s, size_t start, size_t len)
{
    static const char *const list[] = {"if",    "then", "else", "elif", "while",
                                       "until", "do",   "{",    "}",    "!",
                                       "fi",    "done", "esac", NULL};
    return is_in(s, start, len, list);
}

/* Programs whose first argument is the program that counts. */
static bool is_prefix(const struct scan *s, size_t start, size_t len)
{
    static const char *const list[] = {"exec", "time", "nohup", "command",
                                       NULL};
    return is_in(s, start, len, list);
}

static bool is_assignment(const char *word, size_t len)
{
    size_t i = 0;
    while (i < len && (isalpha((unsigned char)word[i]) || word[i] == '_' ||
                       (i > 0 && isdigit((unsigned char)word[i]))))
        i++;
    return i > 0 && i < len && word[i] == '=';
}

enum shell_quoting shell_words_quoting(const char *word, size_t len)
{
    size_t plain = 0;
    bool in_quotes = len >= 2 && word[0] == '"' && word[len - 1] == '"';
    size_t from = in_quotes ? 1 : 0, to = in_quotes ? len - 1 : len;
    for (size_t i = from; i < to; i++)
        plain += !strchr("\"'\\$`", word[i]);
    if (plain < to - from)
        return WORD_MIXED;
    return in_quotes ? WORD_DOUBLE : WORD_BARE;
}

static void push_word(struct scan *s, struct shell_word word)
{
    struct shell_words *out = s->out;
    if (out->n == out->size) {
        out->size = out->size ? 2 * out->size : 16;
        out->items = mem_resize(out->items, out->size, sizeof(*out->items));
    }
    out->items[out->n++] = word;
}

static void begin_command(struct scan *s, struct place *place)
{
    *place = (struct place){.command = s->n_commands++};
}

static void add_word(struct scan *s, struct place *place)
{
    size_t start = s->pos, len = scan_word(s);
    if (!place->has_command && is_reserved(s, start, len)) {
        begin_command(s, place);
        return;
    }
    struct shell_word word = {.start = start,
                              .len = len,
                              .quoting =
                                  shell_words_quoting(s->text + start, len),
                              .command = place->command,
                              .is_first = !place->has_words};
    place->has_words = true;
    if (!place->has_command && !is_assignment(s->text + start, len) &&
        !is_prefix(s, start, len))
        place->has_command = word.is_command = true;
    push_word(s, word);
}

static void skip_blanks(struct scan *s)
{
    for (;;) {
        if (peek(s) == ' ' || peek(s) == '\t')
            s->pos++;
        else if (peek(s) == '\\' && s->text[s->pos + 1] == '\n')
            s->pos += 2;
        else
            return;
    }
}

/* The operator and its target: < > >> <& >| <> << <<- */
static void skip_redirection(struct scan *s)
{
    size_t start = s->pos;
    while (peek(s) && strchr("<>&|", peek(s)))
        s->pos++;
    bool is_heredoc = word_is(s, start, s->pos - start, "<<");
    bool strips_tabs = is_heredoc && peek(s) == '-';
    s->pos += strips_tabs;
    skip_blanks(s);
    size_t target = s->pos, len = scan_word(s);
    if (is_heredoc && s->n_heredocs < HEREDOCS_MAX)
        s->heredocs[s->n_heredocs++] =
            (struct heredoc){target, len, strips_tabs};
    else if (is_heredoc)
        fail(s, "too many here-documents", start);
}

/* True when the line is the delimiter, whose quotes do not count. */
static bool is_delimiter(const struct scan *s, const struct heredoc *doc,
                         size_t line, size_t len)
{
    size_t at = line, end = line + len;
    for (size_t i = doc->start; i < doc->start + doc->len; i++) {
        if (strchr("'\"\\", s->text[i]))
            continue;
        if (at == end || s->text[at++] != s->text[i])
            return false;
    }
    return at == end;
}

static void skip_heredoc(struct scan *s, const struct heredoc *doc)
{
    bool is_end = false;
    while (peek(s) && !is_end) {
        if (doc->strips_tabs)
            s->pos += strspn(s->text + s->pos, "\t");
        size_t len = strcspn(s->text + s->pos, "\n");
        is_end = is_delimiter(s, doc, s->pos, len);
        s->pos += len + (s->text[s->pos + len] == '\n');
    }
}

static void end_line(struct scan *s)
{
    s->pos++;
    for (size_t i = 0; i < s->n_heredocs; i++)
        skip_heredoc(s, &s->heredocs[i]);
    s->n_heredocs = 0;
}

/* True for "2>" and the like: the number belongs to the redirection. */
static bool is_redirection(const struct scan *s)
{
    size_t digits = strspn(s->text + s->pos, "0123456789");
    char c = s->text[s->pos + digits];
    return c == '<' || c == '>';
}

/* Commands up to END (a ')' that is left to the caller) or the text's end. */
static void scan_list(struct scan *s, char end)
{
    struct place place;
    begin_command(s, &place);
    while (!s->problem) {
        skip_blanks(s);
        char c = peek(s);
        if (!c || (c == end && end))
            return;
        if (c == '#') {
            s->pos += strcspn(s->text + s->pos, "\n");
        } else if (is_redirection(s)) {
            s->pos += strspn(s->text + s->pos, "0123456789");
            skip_redirection(s);
        } else if (ends_word(c)) {
            if (c == '\n')
                end_line(s);
            else
                s->pos++;
            begin_command(s, &place);
        } else {
            add_word(s, &place);
        }
    }
}

static int compare_places(const void *a, const void *b)
{
    size_t x = ((const struct shell_word *)a)->start;
    size_t y = ((const struct shell_word *)b)->start;
    return x < y ? -1 : x > y;
}

int shell_words_split(const char *text, struct shell_words *out,
                      struct err *err)
{
    struct scan s = {.text = text, .out = out};
    *out = (struct shell_words){0};
    scan_list(&s, '\0');
    if (s.problem) {
        shell_words_release(out);
        return err_set(err, ERR_INPUT, "%s, column %zu", s.problem,
                       s.problem_at + 1);
    }
    if (out->n > 0)
        qsort(out->items, out->n, sizeof(*out->items), compare_places);
    return 0;
}

void shell_words_release(struct shell_words *words)
{
    if (!words)
        return;
    free(words->items);
    *words = (struct shell_words){0};
}

size_t shell_words_next(const struct shell_words *words, size_t i)
{
    unsigned command = words->items[i].command;
    for (i++; i < words->n && words->items[i].command != command; i++)
        ;
    return i;
}
