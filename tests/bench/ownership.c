/* Goal: what integrated ownership costs for a million companies, beside a sparse LU of the whole.
 * Method: stakes made from a seed: an owner is a neighbour before the company, or any company
 * before it, the first the most often, and one in a hundred behind it, so that there are circles. A
 * person owns some of what is left of every tenth company; its share in all of them is found by us
 * and by UMFPACK in turn, processor time, medians; they must agree to 10^-12. The same once more
 * with a circle through 128,000 companies, which UMFPACK is not asked for. One line of results.md
 * an answer.
 *
 *   bench_ownership COMPANIES STAKES CIRCLE */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/flows.h"
#include "engine/network/share.h"

#ifdef BENCH_UMFPACK
#include <umfpack.h>
#endif

enum { ROUNDS = 5, NEAR = 500, BACK = 1000, PERSON_EVERY = 10, PARTS = 1000000 };

static const double AGREE = 1e-12, HEAVY = 1.6;

typedef struct register_book {
    at_stake *stakes;
    uint32_t count, company_count; /* the person is body company_count */
} register_book;

/* splitmix64 */
static uint64_t roll(uint64_t *state) {
    uint64_t mixed = *state += UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 31;
}

static uint32_t roll_owner(uint64_t *state, uint32_t company, uint32_t count) {
    const uint64_t kind = roll(state) % 100;
    uint32_t owner;
    if (kind == 0)
        owner = company + 1 + (uint32_t)(roll(state) % BACK);
    else if (kind < 40)
        owner = company - 1 - (uint32_t)(roll(state) % (company < NEAR ? company : NEAR));
    else
        owner = (uint32_t)(company * pow((double)(roll(state) >> 11) * 0x1p-53, HEAVY));
    return owner >= count || owner == company ? company - 1 : owner;
}

static void add_stake(register_book *book, uint32_t owner, uint32_t owned, uint32_t parts) {
    book->stakes[book->count++] = (at_stake){.owner = owner,
                                             .legal = owner,
                                             .owned = owned,
                                             .share = at_share_exact((at_ratio){parts, PARTS})};
}

static uint32_t roll_count(uint64_t *state, uint32_t companies, uint32_t stakes) {
    uint32_t count = 1 + (roll(state) % companies < stakes - companies);
    count += roll(state) % 32 == 0 ? 2 : 0;
    return count - (roll(state) % 8 == 0);
}

static int64_t divisor(int64_t a, int64_t b) {
    return b == 0 ? a : divisor(b, a % b);
}

/* About stakes / companies owners each, who never hold all of it. */
static void make_book(register_book *out, uint32_t companies, uint32_t stakes, uint32_t circle) {
    uint64_t state = 1;
    register_book book = {.company_count = companies,
                          .stakes = bench_memory((size_t)stakes + 2 * companies, sizeof(at_stake))};
    for (uint32_t company = 1; company < companies; company++) {
        uint32_t left = PARTS, owners = roll_count(&state, companies, stakes);
        for (uint32_t i = 0; i < owners && book.count < stakes; i++) {
            uint32_t least = i + 1 == owners ? 300 : 100;
            uint32_t parts = (uint32_t)(left * (roll(&state) % 600 + least) / 1000);
            add_stake(&book, roll_owner(&state, company, companies), company, parts);
            left -= parts;
        }
        if (company % PERSON_EVERY == 0)
            add_stake(&book, companies, company, left / 2);
        if (circle > 0 && company < circle) /* a chain of small stakes ... */
            add_stake(&book, company - 1, company, left / 10);
    }
    if (circle > 0) /* ... and back to its beginning */
        add_stake(&book, circle - 1, 0, PARTS / 2);
    for (uint32_t i = 0; i < book.count; i++) {
        at_ratio *share = &book.stakes[i].share.lo;
        const int64_t common = divisor(share->num, share->den);
        share->num /= common;
        share->den /= common;
        book.stakes[i].share.hi = *share;
    }
    *out = book;
}

static int compare_seconds(const void *a, const void *b) {
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *seconds) {
    qsort(seconds, ROUNDS, sizeof *seconds, compare_seconds);
    return seconds[ROUNDS / 2];
}

static double run_ours(double *shares_out, const at_matrix *matrix, uint32_t person) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = (size_t)16 << 30};
    at_error err = {0};
    at_shares shares;
    const double start = bench_seconds();
    bench_must(at_shares_from(&shares, matrix, person, &arena, &err), &err);
    const double seconds = bench_seconds() - start;
    if (shares_out != NULL)
        memcpy(shares_out, shares.lo, (size_t)person * sizeof *shares_out);
    return seconds;
}

#ifdef BENCH_UMFPACK
/* (I - transposed W) y = what the person holds, over all companies: column k has what k owns. */
static double run_peer(double *y, const at_matrix *matrix, uint32_t person) {
    int *start = bench_memory((size_t)person + 1, sizeof *start), used = 0;
    int *row = bench_memory((size_t)matrix->stake_count + person, sizeof *row);
    double *value = bench_memory((size_t)matrix->stake_count + person, sizeof *value);
    double *right = bench_memory(person, sizeof *right), seconds;
    void *symbolic = NULL, *numeric = NULL;
    for (uint32_t owner = 0; owner <= person; owner++) {
        bool diagonal = owner == person;
        for (uint32_t i = matrix->row_start[owner]; i < matrix->row_start[owner + 1]; i++) {
            const uint32_t stake = matrix->row_stakes[i], owned = matrix->stakes[stake].owned;
            if (owner == person) {
                right[owned] = matrix->weight[stake];
                continue;
            }
            if (owned > owner && !diagonal) {
                row[used] = (int)owner;
                value[used++] = 1;
                diagonal = true;
            }
            if (used > start[owner] && row[used - 1] == (int)owned) {
                value[used - 1] -= matrix->weight[stake]; /* two stakes of one owner */
                continue;
            }
            row[used] = (int)owned;
            value[used++] = -matrix->weight[stake];
        }
        if (!diagonal) {
            row[used] = (int)owner;
            value[used++] = 1;
        }
        if (owner < person)
            start[owner + 1] = used;
    }
    const double begin = bench_seconds();
    int code =
        umfpack_di_symbolic((int)person, (int)person, start, row, value, &symbolic, NULL, NULL);
    if (code == UMFPACK_OK)
        code = umfpack_di_numeric(start, row, value, symbolic, &numeric, NULL, NULL);
    if (code == UMFPACK_OK)
        code = umfpack_di_solve(UMFPACK_A, start, row, value, y, right, numeric, NULL, NULL);
    seconds = bench_seconds() - begin;
    umfpack_di_free_symbolic(&symbolic);
    umfpack_di_free_numeric(&numeric);
    if (code != UMFPACK_OK) {
        fprintf(stderr, "bench: UMFPACK ended with %d\n", code);
        exit(1);
    }
    free(start);
    free(row);
    free(value);
    free(right);
    return seconds;
}

static double beside_peer(const at_matrix *matrix, uint32_t person) {
    double ours[ROUNDS], theirs[ROUNDS], apart = 0;
    double *left = bench_memory(person, sizeof *left), *right = bench_memory(person, sizeof *right);
    for (int round = 0; round < ROUNDS; round++) {
        ours[round] = run_ours(left, matrix, person);
        theirs[round] = run_peer(right, matrix, person);
    }
    for (uint32_t i = 0; i < person; i++)
        apart = fmax(apart, fabs(left[i] - right[i]));
    if (apart > AGREE) {
        fprintf(stderr, "bench: ours and UMFPACK's are %g apart\n", apart);
        exit(1);
    }
    free(left);
    free(right);
    const double mine = median(ours), other = median(theirs);
    printf(
        "| ownership, %u companies, %u stakes | %.3f s | UMFPACK %.3f s | %.2f, at most 0.50 |\n",
        person, matrix->stake_count, mine, other, mine / other);
    if (mine > other / 2) {
        fprintf(stderr, "bench: ownership is not twice as fast as UMFPACK\n");
        exit(1);
    }
    return mine;
}
#else
static double beside_peer(const at_matrix *matrix, uint32_t person) {
    double ours[ROUNDS];
    for (int round = 0; round < ROUNDS; round++)
        ours[round] = run_ours(NULL, matrix, person);
    const double mine = median(ours);
    printf("| ownership, %u companies, %u stakes | %.3f s | no UMFPACK here | |\n", person,
           matrix->stake_count, mine);
    return mine;
}
#endif

static void make_matrix(at_matrix *out, register_book *book, at_arena *arena) {
    at_error err = {0};
    const double start = bench_seconds();
    bench_must(at_matrix_make(out, book->company_count + 1, book->stakes, book->count, arena, &err),
               &err);
    printf("| its matrix, weighed exactly | %.3f s | | |\n", bench_seconds() - start);
}

int main(int argc, char **argv) {
    AT_CLEANUP(at_arena_clear) at_arena arena = {.limit_bytes = (size_t)16 << 30};
    register_book plain, round;
    at_matrix matrix;
    double seconds[ROUNDS];
    if (argc != 4)
        return 2;
    const uint32_t companies = (uint32_t)strtoul(argv[1], NULL, 10);
    const uint32_t stakes = (uint32_t)strtoul(argv[2], NULL, 10);
    const uint32_t circle = (uint32_t)strtoul(argv[3], NULL, 10);
    make_book(&plain, companies, stakes, 0);
    make_matrix(&matrix, &plain, &arena);
    const double without = beside_peer(&matrix, companies);
    make_book(&round, companies, stakes, circle);
    make_matrix(&matrix, &round, &arena);
    for (int i = 0; i < ROUNDS; i++)
        seconds[i] = run_ours(NULL, &matrix, companies);
    const double with = median(seconds);
    printf("| the same with a circle of %u | %.3f s | without %.3f s | %.2f, at most 3 + 1 s |\n",
           circle, with, without, with / without);
    free(plain.stakes);
    free(round.stakes);
    if (with > 3 * without + 1) {
        fprintf(stderr, "bench: a circle costs too much\n");
        return 1;
    }
    return 0;
}
