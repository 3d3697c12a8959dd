/* SPDX-License-Identifier: BSD-2-Clause */
/* See scan.h. */
#include "lib/scan.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#define DEPTH_MAX 32 /* of what is skipped */

int erm_scan_fail(struct erm_scan *s, const char *why)
{
    if (s->why == NULL)
        s->why = why;
    return -1;
}

static void scan_blanks(struct erm_scan *s)
{
    while (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r')
        s->at++;
}

static bool scan_char(struct erm_scan *s, char c)
{
    scan_blanks(s);
    if (*s->at != c)
        return false;
    s->at++;
    return true;
}

static int scan_word(struct erm_scan *s, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(s->at, word, n) != 0)
        return erm_scan_fail(s, "a value is expected");
    s->at += n;
    return 0;
}

/* Four hexadecimal digits, or -1. */
static long scan_hex(struct erm_scan *s)
{
    long value = 0;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit = *s->at != '\0' ? strchr(digits, *s->at) : NULL;
        if (digit == NULL)
            return erm_scan_fail(s, "bad \\u");
        value = value * 16 + (digit - digits) % 16;
        s->at++;
    }
    return value;
}

/* Behind "\u": appends it as UTF-8 at *TO, which never overtakes s->at. */
static int scan_unicode(struct erm_scan *s, char **to)
{
    long c = scan_hex(s);
    if (c > 0xd7ff && c < 0xdc00 && s->at[0] == '\\' && s->at[1] == 'u') {
        s->at += 2;
        long low = scan_hex(s);
        if (low < 0xdc00 || low > 0xdfff)
            return erm_scan_fail(s, "half of a surrogate pair");
        c = 0x10000 + (c - 0xd800) * 1024 + (low - 0xdc00);
    }
    if (c <= 0 || (c > 0xd7ff && c < 0xe000))
        return erm_scan_fail(s, "bad \\u");
    int n = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const int lead[] = {0, 0xc0, 0xe0, 0xf0};
    *(*to)++ = (char)(lead[n] | (int)(c >> (6 * n)));
    while (n-- > 0)
        *(*to)++ = (char)(0x80 | (int)((c >> (6 * n)) & 0x3f));
    return 0;
}

static int scan_escape(struct erm_scan *s, char **to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    char c = *s->at++;
    if (c == 'u')
        return scan_unicode(s, to);
    const char *known = c != '\0' ? strchr(from, c) : NULL;
    if (known == NULL) {
        s->at--;
        return erm_scan_fail(s, "bad escape");
    }
    *(*to)++ = into[known - from];
    return 0;
}

int erm_scan_string(struct erm_scan *s, const char **string)
{
    if (!scan_char(s, '"'))
        return erm_scan_fail(s, "a string is expected");
    char *to = s->at;
    *string = to;
    while (*s->at != '"') {
        if ((unsigned char)*s->at < 0x20)
            return erm_scan_fail(s, "a string does not end");
        if (*s->at != '\\') {
            *to++ = *s->at++;
            continue;
        }
        s->at++;
        if (scan_escape(s, &to) < 0)
            return -1;
    }
    s->at++;
    *to = '\0';
    return 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* At least one digit; each is worth UNIT times what it was. */
static int scan_digits(struct erm_scan *s, double *value, int *n_digits)
{
    *n_digits = 0;
    if (!is_digit(*s->at))
        return erm_scan_fail(s, "a number is expected");
    for (; is_digit(*s->at); s->at++, ++*n_digits)
        *value = *value * 10 + (*s->at - '0');
    return 0;
}

/* Without strtod, which heeds the locale's decimal point. */
int erm_scan_number(struct erm_scan *s, double *value)
{
    int n_digits, n_fraction = 0;
    double exponent = 0;
    scan_blanks(s);
    bool is_negative = scan_char(s, '-');
    const char *first = s->at;
    *value = 0;
    if (scan_digits(s, value, &n_digits) < 0)
        return -1;
    if (*first == '0' && n_digits > 1)
        return erm_scan_fail(s, "a number begins with 0");
    if (*s->at == '.') {
        s->at++;
        if (scan_digits(s, value, &n_fraction) < 0)
            return -1;
    }
    if (*s->at == 'e' || *s->at == 'E') {
        bool is_down = *++s->at == '-';
        s->at += is_down || *s->at == '+';
        if (scan_digits(s, &exponent, &n_digits) < 0)
            return -1;
        exponent = is_down ? -exponent : exponent;
    }
    exponent -= n_fraction;
    for (; exponent > 0 && *value<HUGE_VAL && * value> 0; exponent--)
        *value *= 10;
    double divisor = 1;
    for (; exponent < 0 && divisor < HUGE_VAL; exponent++)
        divisor *= 10;
    *value = (is_negative ? -*value : *value) / divisor;
    return *value - *value == 0 ? 0 : erm_scan_fail(s, "a number is too large");
}

int erm_scan_int(struct erm_scan *s, int min, int *value)
{
    double number;
    if (erm_scan_number(s, &number) < 0)
        return -1;
    if (number < min || number > INT_MAX || number != (double)(int)number)
        return erm_scan_fail(s, "a number is not as it may be");
    *value = (int)number;
    return 0;
}

int erm_scan_bool(struct erm_scan *s, int *value)
{
    scan_blanks(s);
    *value = *s->at == 't';
    return scan_word(s, *value ? "true" : "false");
}

/* [ "a", "b" ] */
int erm_scan_list(struct erm_scan *s, struct erm_list *list)
{
    const char *item;
    list->n = 0;
    if (!scan_char(s, '['))
        return erm_scan_fail(s, "a list is expected");
    if (scan_char(s, ']'))
        return 0;
    do {
        if (erm_scan_string(s, &item) < 0)
            return -1;
        if (*item == '\0' || erm_list_add(list, item) < 0)
            return erm_scan_fail(s, *item ? "no memory" : "a name is empty");
    } while (scan_char(s, ','));
    return scan_char(s, ']') ? 0 : erm_scan_fail(s, "a list does not end");
}

static int scan_skip(struct erm_scan *s);

static int scan_object(struct erm_scan *s, erm_member_f *member, void *context)
{
    const char *key;
    if (!scan_char(s, '{'))
        return erm_scan_fail(s, "an object is expected");
    if (scan_char(s, '}'))
        return 0;
    do {
        if (erm_scan_string(s, &key) < 0)
            return -1;
        if (!scan_char(s, ':'))
            return erm_scan_fail(s, "a ':' is missing");
        int rc = member(context, s, key);
        if (rc < 0 || (rc > 0 && scan_skip(s) < 0))
            return -1;
    } while (scan_char(s, ','));
    return scan_char(s, '}') ? 0 : erm_scan_fail(s, "an object does not end");
}

static int take_nothing(void *context, struct erm_scan *s, const char *key)
{
    (void)context;
    (void)s;
    (void)key;
    return 1;
}

static int skip_array(struct erm_scan *s)
{
    s->at++;
    if (scan_char(s, ']'))
        return 0;
    do {
        if (scan_skip(s) < 0)
            return -1;
    } while (scan_char(s, ','));
    return scan_char(s, ']') ? 0 : erm_scan_fail(s, "a list does not end");
}

bool erm_scan_sees_null(struct erm_scan *s)
{
    scan_blanks(s);
    return *s->at == 'n';
}

/* Any value. */
static int scan_skip(struct erm_scan *s)
{
    const char *string;
    double number;
    int rc;
    scan_blanks(s);
    switch (*s->at) {
    case '"':
        return erm_scan_string(s, &string);
    case '{':
    case '[':
        if (s->depth == DEPTH_MAX)
            return erm_scan_fail(s, "too deep");
        s->depth++;
        rc = *s->at == '{' ? scan_object(s, take_nothing, NULL) : skip_array(s);
        s->depth--;
        return rc;
    case 't':
        return scan_word(s, "true");
    case 'f':
        return scan_word(s, "false");
    case 'n':
        return scan_word(s, "null");
    default:
        return erm_scan_number(s, &number);
    }
}

const char *erm_scan_text(char *text, erm_member_f *member, void *context)
{
    struct erm_scan s = {text, NULL, 0};
    if (scan_object(&s, member, context) == 0) {
        scan_blanks(&s);
        if (*s.at != '\0')
            erm_scan_fail(&s, "something follows the object");
    }
    return s.why;
}
