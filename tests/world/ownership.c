/* ownership.c: integrated ownership by exact rationals and plain elimination. */
#include <stdio.h>

#include "tests/world/world.h"

enum { BODIES = 64 };

static wide gcd(wide a, wide b) {
    while (b) {
        wide rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

wm_ratio reduced(wide num, wide den) {
    wide by = gcd(num, den);
    if (by == 0)
        return (wm_ratio){0, 1};
    return (wm_ratio){(den < 0 ? -num : num) / by, (den < 0 ? -den : den) / by};
}

static wm_ratio add(wm_ratio a, wm_ratio b) {
    return reduced(a.num * b.den + b.num * a.den, a.den * b.den);
}

static wm_ratio times(wm_ratio a, wm_ratio b) {
    return reduced(a.num * b.num, a.den * b.den);
}

static wm_ratio over(wm_ratio a, wm_ratio b) {
    return reduced(a.num * b.den, a.den * b.num);
}

static wm_ratio minus(wm_ratio a) {
    return (wm_ratio){-a.num, a.den};
}

/* What `owner` holds of `owned` directly, a nominee's stakes being the principal's. */
static wm_ratio direct(const wm_world *w, int owner, int owned) {
    wm_ratio sum = {0, 1};
    for (int i = 0; i < w->stake_count; i++) {
        const wm_stake *of = &w->stakes[i];
        int real = of->nominee_for == NONE ? of->owner : of->nominee_for;
        if (real == owner && of->owned == owned)
            sum = add(sum, reduced(of->num, of->den));
    }
    return sum;
}

/* The target and every company above it. */
static int companies_above(const wm_world *w, int target, int found[BODIES]) {
    int count = 0;
    found[count++] = target;
    for (int i = 0; i < count; i++)
        for (int k = 0; k < w->stake_count; k++) {
            int owner = w->stakes[k].owner;
            bool known = w->stakes[k].owned != found[i] || !w->parties[owner].company;
            for (int j = 0; j < count; j++)
                known |= found[j] == owner;
            if (!known && count == BODIES)
                die("too many companies above one");
            if (!known)
                found[count++] = owner;
        }
    return count;
}

/* y(t) = w(s, t) + sum over companies k of w(k, t) y(k), for a person s whom nobody owns. */
wm_ratio share_of(const wm_world *w, int owner, int company) {
    static wm_ratio m[BODIES][BODIES + 1];
    int bodies[BODIES], n = companies_above(w, company, bodies);
    for (int row = 0; row < n; row++) {
        for (int k = 0; k < n; k++) {
            m[row][k] = minus(direct(w, bodies[k], bodies[row]));
            if (k == row)
                m[row][k] = add(m[row][k], (wm_ratio){1, 1});
        }
        m[row][n] = direct(w, owner, bodies[row]);
    }
    for (int pivot = 0; pivot < n; pivot++) {
        int row = pivot;
        while (row < n && m[row][pivot].num == 0)
            row++;
        if (row == n)
            die("a group of companies owns itself");
        for (int k = 0; k <= n; k++) {
            wm_ratio held = m[pivot][k];
            m[pivot][k] = m[row][k];
            m[row][k] = held;
        }
        for (int other = 0; other < n; other++) {
            if (other == pivot || m[other][pivot].num == 0)
                continue;
            wm_ratio by = over(m[other][pivot], m[pivot][pivot]);
            for (int k = 0; k <= n; k++)
                m[other][k] = add(m[other][k], minus(times(by, m[pivot][k])));
        }
    }
    return over(m[0][n], m[0][0]);
}

void ratio_text(wm_ratio value, char out[AMOUNT_BYTES]) {
    snprintf(out, AMOUNT_BYTES, "%lld/%lld", (long long)value.num, (long long)value.den);
}

/* Twelve decimals, halves up. */
void ratio_decimal(wm_ratio value, char out[AMOUNT_BYTES]) {
    wide unit = 1000000000000, scaled = (2 * value.num * unit + value.den) / (2 * value.den);
    snprintf(out, AMOUNT_BYTES, "%lld.%012lld", (long long)(scaled / unit),
             (long long)(scaled % unit));
}
