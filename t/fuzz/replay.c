/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a fuzz target over files, for compilers without libFuzzer: the corpus
 * is a test on every machine. usage: fuzz_X FOLDER...
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define INPUT_MAX (1 << 20)

static int run_file(const char *folder, const char *name)
{
    char path[4096];
    uint8_t *data;
    FILE *file;
    size_t n;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return -1;
    }
    data = malloc(INPUT_MAX);
    n = data ? fread(data, 1, INPUT_MAX, file) : 0;
    fclose(file);
    /* exactly as large as the input, so that a byte too far is seen */
    data = realloc(data, n ? n : 1);
    LLVMFuzzerTestOneInput(data, n);
    free(data);
    return 0;
}

static int run_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    int n = 0;

    if (!dir) {
        perror(folder);
        return -1;
    }
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        if (run_file(folder, entry->d_name) < 0)
            break;
        n++;
    }
    closedir(dir);
    return entry ? -1 : n;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int n = run_folder(argv[i]);
        if (n <= 0) {
            fprintf(stderr, "%s: nothing to run\n", argv[i]);
            return 1;
        }
        printf("%s: %d inputs\n", argv[i], n);
    }
    return 0;
}
